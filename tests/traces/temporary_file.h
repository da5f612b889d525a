#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace doorbell::trace::test {

/// A file name in a folder of its own, which goes with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name, std::string_view text = {}) {
    path_ = folder_ / name;
    if (!text.empty()) folder_.write(name, text);
  }
  const std::string& path() const { return path_; }

 private:
  doorbell::test::TemporaryFolder folder_;
  std::string path_;
};

}  // namespace doorbell::trace::test
