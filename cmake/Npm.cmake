find_program(NPM_PROGRAM npm REQUIRED)

# take_from_npm(<file> WHAT <words>)
# Makes `file`, which lies in node_modules of the current build folder, from npm's registry as package-lock.json of the
# current source folder says, once: nothing is fetched while that stays.
function(take_from_npm file)
  cmake_parse_arguments(ARG "" "WHAT" "" ${ARGN})
  add_custom_command(OUTPUT ${file}
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/package.json ${CMAKE_CURRENT_SOURCE_DIR}/package-lock.json .
    COMMAND ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${file}
    DEPENDS package.json package-lock.json
    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
    COMMENT "Taking ${ARG_WHAT} from npm"
    VERBATIM)
endfunction()
