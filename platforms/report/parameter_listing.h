#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doorbell/core/arch/parameters.h"

namespace doorbell {

/// The parameters whose path `pattern` fits, in the order of the description. A pattern with `*`,
/// `?` or `[` is a glob over the whole path, in which `*` also stands for dots; any other fits
/// where it is a part of the path. An empty one fits all. InputError, with the nearest path, when
/// it fits none.
std::vector<const Parameter*> select_parameters(const ParameterTree& tree,
                                                const std::string& pattern);

/// What a person needs to know of each: path and value, help and range, where the default comes
/// from. Lines have at most `width` characters, single words apart.
std::string parameter_listing(const std::vector<const Parameter*>& parameters, std::size_t width);

/// `text` in lines of at most `width` characters, each indented by `indent` spaces; a word that is
/// longer has a line to itself.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace doorbell
