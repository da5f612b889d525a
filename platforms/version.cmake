# doorbell_version: the project's version, and a hash of the sources that can change what a run finds. Results
# of a sweep are kept by it, so that those of an older model are never taken for this one's.
configure_file(version.h.in ${PROJECT_BINARY_DIR}/include/platforms/version.h @ONLY)
set(model_sources "")
foreach(part models sw traces/format traces/make platforms/virt platforms/replay)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
    ${PROJECT_SOURCE_DIR}/${part}/*.h ${PROJECT_SOURCE_DIR}/${part}/*.cpp ${PROJECT_SOURCE_DIR}/${part}/*.c)
  list(APPEND model_sources ${found})
endforeach()
list(APPEND model_sources
  platforms/command/description.h platforms/command/run.cpp platforms/command/run_loop.cpp)
list(JOIN model_sources "\n" model_source_lines)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/model_sources.txt CONTENT "${model_source_lines}\n" @ONLY)
list(TRANSFORM model_sources PREPEND ${PROJECT_SOURCE_DIR}/)
set(model_hash_source ${PROJECT_BINARY_DIR}/model_hash.cpp)
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/model_hash.stamp BYPRODUCTS ${model_hash_source}
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DFILES=${PROJECT_BINARY_DIR}/model_sources.txt
    -DOUTPUT=${model_hash_source} -P ${PROJECT_SOURCE_DIR}/cmake/ModelHash.cmake
  COMMAND ${CMAKE_COMMAND} -E touch ${PROJECT_BINARY_DIR}/model_hash.stamp
  DEPENDS ${model_sources} ${PROJECT_BINARY_DIR}/model_sources.txt ${PROJECT_SOURCE_DIR}/cmake/ModelHash.cmake
  COMMENT "Hashing the model's sources" VERBATIM)
add_library(doorbell_version STATIC ${model_hash_source} ${PROJECT_BINARY_DIR}/model_hash.stamp)
target_include_directories(doorbell_version PUBLIC ${PROJECT_BINARY_DIR}/include)
target_link_libraries(doorbell_version PRIVATE doorbell_options)
