"""An upload on its way in: chunks of a request flow into a temporary file without a name, which a form or the API then reads.

Without a name, because a process that is killed in the middle would leave customers' data in a folder nobody looks into; this
way the kernel takes the bytes back, whatever happened to the process.
"""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

FORM_ROOM = 64 * 1024
"""Bytes an upload may have around its file: boundaries, headers and the few fields."""


class AnnouncedSize(FileUploadHandler):
    """Refuse an upload by the size it announces, before its first byte is read."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        if content_length > settings.MAX_UPLOAD_BYTES + FORM_ROOM:
            raise RequestDataTooBig("The upload is announced as larger than the limit.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


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
