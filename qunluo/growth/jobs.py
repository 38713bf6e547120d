"""What growth does by the clock."""

from qunluo.growth.actions.exports import run_waiting_exports
from qunluo.growth.actions.imports.running import run_waiting_imports
from qunluo.growth.actions.tidying import tidy
from qunluo.growth.queries.archives import waiting_exports
from qunluo.growth.queries.imports import waiting_imports
from qunluo.kernel.schedule import every


@every(seconds=2, atomic=False, when=waiting_imports)
def run_imports() -> None:
    """Run the imports that people have asked for."""
    run_waiting_imports()


@every(seconds=5, atomic=False, when=waiting_exports)
def write_exports() -> None:
    """Write the archives that owners have asked for."""
    run_waiting_exports()


@every(at="03:40")
def tidy_growth() -> None:
    """Forget uploads that nobody used and archives that have expired."""
    tidy()
