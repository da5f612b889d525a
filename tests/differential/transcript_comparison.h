#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace doorbell::test {

/// Where QEMU 7.2 differs and the specification says who is right: of the lines of a case, as a
/// pattern of the shell, the word of this key, as regular expressions. Nothing is in a list that no
/// seed needs.
struct Difference {
  const char* cases;
  const char* key;
  const char* here;
  const char* there;
  const char* why;
};

std::vector<std::string> lines_of(const std::string& text);

/// Two transcripts of lines "number case key=value ...", word by word.
class TranscriptComparison {
 public:
  /// `rewrite` changes what is printed here before it is compared.
  explicit TranscriptComparison(
      const std::vector<Difference>& differences,
      std::function<std::string(const std::string&)> rewrite =
          [](const std::string& word) { return word; })
      : differences_(differences), rewrite_(std::move(rewrite)) {}

  /// Whether the list explains how two lines differ.
  bool explains(const std::string& here, const std::string& there);
  /// Both end with PASS and have the same lines, but for the list; as expectations of a test.
  void expect_same(const std::string& here, const std::string& there);
  /// No row of the list is there in vain.
  void expect_all_used() const;

 private:
  bool explains_word(const std::string& name, const std::string& here, const std::string& there);

  const std::vector<Difference>& differences_;
  std::function<std::string(const std::string&)> rewrite_;
  std::set<const Difference*> used_;
};

}  // namespace doorbell::test
