# cmake -DSOURCE_DIR=... -DFILES=... -DOUTPUT=... -P ModelHash.cmake
# Writes a source file with a hash of these files (their paths below SOURCE_DIR in a list file, one a line) and
# their content. The header is left alone when it would be the same, so that nothing is compiled in vain.
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${FILES} files)
list(SORT files)
set(all "")
foreach(file IN LISTS files)
  file(SHA256 ${SOURCE_DIR}/${file} hash)
  string(APPEND all "${file} ${hash}\n")
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING ${hash} 0 32 hash)
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
  "#include \"platforms/version.h\"\n\nstd::string_view doorbell::model_hash() {\n  return \"@hash@\";\n}\n" @ONLY)
