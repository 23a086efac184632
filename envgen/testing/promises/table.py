"""The table of variants agrees with the manifest."""

from __future__ import annotations

from typing import ClassVar

from envgen.core.errors import InputError
from envgen.core.parquet import read_table
from envgen.testing.base import Case, NotApplicable, PackPromise, register

TABLE = "variants.parquet"


@register
class Table(PackPromise):
    """variants.parquet has one row for each variant, with what the manifest says of it."""

    kind: ClassVar[str] = "table"
    order: ClassVar[int] = 30

    def check(self, case: Case) -> None:
        import pyarrow as pa

        pack = case.pack
        if pack.is_view:
            raise NotApplicable("a view has no table of its own")
        try:
            found = read_table(pack.store.read(TABLE))
        except (InputError, pa.ArrowException) as error:
            raise AssertionError(f"{TABLE} can't be read: {error}") from None
        expected = pack.to_table()
        assert found.num_rows == expected.num_rows, (
            f"{TABLE} has {found.num_rows} rows, the pack has {expected.num_rows} variants"
        )
        missing = set(expected.column_names) ^ set(found.column_names)
        assert not missing, f"{TABLE} and the manifest differ in the columns {', '.join(sorted(missing)[:5])}"
        for name in expected.column_names:
            told, real = found[name].to_pylist(), expected[name].to_pylist()
            rows = [i for i, (a, b) in enumerate(zip(told, real)) if a != b]
            assert not rows, (
                f"{TABLE} says {name} = {told[rows[0]]!r} of variant {pack[rows[0]].index}, "
                f"the manifest {real[rows[0]]!r}"
            )
