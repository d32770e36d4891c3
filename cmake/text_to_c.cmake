# SPDX-License-Identifier: GPL-2.0-or-later
# cmake -DTEXT=a.css -DNAME=report_style -DHEADER=cli/report_parts.h -DOUTPUT=F.c -P text_to_c.cmake
# Writes a C string with the contents of a text file.
file(READ "${TEXT}" contents)
string(REPLACE "\\" "\\\\" contents "${contents}")
string(REPLACE "\"" "\\\"" contents "${contents}")
string(REPLACE "\n" "\\n\"\n\t\"" contents "${contents}")
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"\n\nconst char ${NAME}[] =\n\t\"${contents}\";\n")
