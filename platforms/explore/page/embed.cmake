# cmake -DOUTPUT=script.js -DSCRIPTS="a.js;b.js" -P embed.cmake
# Joins ES modules into one: what they import from each other is in the same scope then. Imports and exports stand on
# lines of their own, and each file comes behind those it imports from.
set(joined "")
foreach(script IN LISTS SCRIPTS)
  file(READ ${script} text)
  string(REGEX REPLACE "(^|\n)import [^\n]*;" "" text "${text}")
  string(REGEX REPLACE "\nexport " "\n" text "${text}")
  string(APPEND joined "${text}\n")
endforeach()
file(WRITE ${OUTPUT} "${joined}")
