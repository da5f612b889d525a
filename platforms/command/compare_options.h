#pragma once

#include <cstddef>
#include <string>

namespace CLI {
class App;
}

namespace doorbell {

/// `doorbell compare BASE NEW ...`
struct CompareOptions {
  std::string base;       ///< Statistics of a run, or a sweep's folder.
  std::string next;       ///< The same.
  std::string tolerance;  ///< YAML file of rules; empty for none: everything must be equal.
  std::string junit;      ///< Where to write JUnit XML; empty for nowhere.
  std::string html;       ///< Where to write a page; empty for nowhere.
  std::size_t rows = 40;  ///< Lines of each printed table; 0 for all.
};

CLI::App* declare(CLI::App& app, CompareOptions& options);

}  // namespace doorbell
