# SPDX-License-Identifier: GPL-2.0-or-later
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2)
if(ASAPHASE_WERROR)
  add_compile_options(-Werror)
endif()
if(ASAPHASE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
