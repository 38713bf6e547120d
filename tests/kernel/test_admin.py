"""The admin shows the kernel's tables and changes none."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model

from qunluo.kernel.models import EventRecord, ParkedEvent, ScheduledJob, WorkerBeat
from tests.kernel.makers import happen

pytestmark = pytest.mark.django_db
MODELS = [EventRecord, ParkedEvent, ScheduledJob, WorkerBeat]


@pytest.fixture
def superuser(rf):
    request = rf.get("/")
    request.user = get_user_model()(is_staff=True, is_superuser=True, is_active=True)
    return request


@pytest.mark.parametrize("model", MODELS)
def test_not_even_a_superuser_changes_a_row(superuser, model):
    site = admin.site.get_model_admin(model)
    assert site.has_view_permission(superuser)
    assert not site.has_add_permission(superuser)
    assert not site.has_change_permission(superuser)
    assert not site.has_delete_permission(superuser)
    assert "delete_selected" not in site.get_actions(superuser)


@pytest.mark.parametrize("model", MODELS)
def test_the_lists_render(superuser, model):
    happen(1)
    response = admin.site.get_model_admin(model).changelist_view(superuser)
    assert response.render().status_code == 200
