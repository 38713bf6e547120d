"""What gunicorn serves."""

import os
import warnings

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.baselines.oscar.serving")
warnings.filterwarnings("ignore", module="haystack")  # its simplest index keeps nothing
application = get_wsgi_application()
