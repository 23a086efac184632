"""Reading of Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read_table(source: Path | bytes) -> Any:
    """Return a Parquet file as a `pyarrow.Table`.

    pyarrow's own `read_table` leaves work to threads that may outlive it. Where they hold a Python object (a
    file, bytes), they abort a process that ends meanwhile: <https://github.com/apache/arrow/issues/34314>.
    Here they hold none, or there are none.

    Args:
        source: Path of the file, or its contents.

    Raises:
        OSError: The file can't be read.
        pyarrow.ArrowException: It is not a Parquet file.
    """
    import pyarrow as pa  # 0.2 s to import: only where it is needed
    import pyarrow.parquet as pq

    if isinstance(source, bytes):
        return pq.ParquetFile(pa.BufferReader(source)).read(use_threads=False)
    with open(source, "rb"):
        pass  # what fails here fails in the system's own words
    # given as a name, "~" and "s3:" in it would mean something to pyarrow
    with pa.OSFile(str(source)) as file:
        return pq.ParquetFile(file).read()
