"""An upload on its way in: chunks of a request flow into a temporary file without a name, which a form or the API then reads.

Whole or not at all: Django takes a form that ends early, because its sender left, for a shorter one, and a table that lost its
last rows looks like any other. Without a name, because a process that is killed in the middle would leave customers'
data in a folder nobody looks into; this way the kernel takes the bytes back, whatever happened to the process.
"""

from __future__ import annotations

import tempfile
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

FORM_ROOM = 64 * 1024
"""Bytes an upload may have around its file: boundaries, headers and the few fields."""
KEPT_OF_TAIL = 512
"""A boundary has up to 200 letters; little may follow the closing one."""


class UploadTooLarge(RequestDataTooBig):
    """What an upload announces is more than a file may be."""


class UploadCut(MultiPartParserError):
    """The form ended before its closing boundary."""


class TailWatch:
    """A stream that remembers its last bytes."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self.stream.read(size)
        self.tail = (self.tail + chunk[-KEPT_OF_TAIL:])[-KEPT_OF_TAIL:]
        return chunk


class WholeUpload(FileUploadHandler):
    """Refuse an upload by the size it announces, before its first byte is read, and one that ends before its form does."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> tuple[Any, Any]:
        if content_length > settings.MAX_UPLOAD_BYTES + FORM_ROOM:
            raise UploadTooLarge("The upload is announced as larger than the limit.")
        watch, request = TailWatch(input_data), cast("HttpRequest", self.request)
        others = [handler for handler in request.upload_handlers if handler is not self]
        fields, files = MultiPartParser(META, cast("Any", watch), others, encoding).parse()
        if b"--" + boundary + b"--" not in watch.tail:
            for file in cast("Any", files).values():
                file.close()
            raise UploadCut("The form ends before its closing boundary.")
        return fields, files


class UnnamedFileHandler(FileUploadHandler):
    """Stream an upload that is too large for memory to such a file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file: UploadedFile[Any] = UploadedFile(
            file=tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR),  # noqa: SIM115 - closed with the request
            name=self.file_name,
            content_type=self.content_type,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
