#include "tests/differential/transcript_comparison.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace doorbell::test {
namespace {

constexpr unsigned shown_at_most = 20;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    while (!line.empty() && line.back() == '\r')
      line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

bool TranscriptComparison::explains(const std::string& here, const std::string& there) {
  const auto ours = words_of(here), theirs = words_of(there);
  if (ours.size() != theirs.size() || ours.size() < 2) return here == there;
  if (ours[0] != theirs[0] || ours[1] != theirs[1]) return false;
  for (std::size_t i = 2; i < ours.size(); ++i) {
    if (!explains_word(ours[1], rewrite_(ours[i]), theirs[i])) return false;
  }
  return true;
}

bool TranscriptComparison::explains_word(const std::string& name, const std::string& here,
                                         const std::string& there) {
  if (here == there) return true;
  const std::string key = here.substr(0, here.find('='));
  if (key != there.substr(0, there.find('='))) return false;
  const auto value = [&](const std::string& word) {
    return word.size() > key.size() ? word.substr(key.size() + 1) : std::string();
  };
  for (const Difference& row : differences_) {
    if (!std::regex_match(key, std::regex(row.key)) || fnmatch(row.cases, name.c_str(), 0) != 0)
      continue;
    if (!std::regex_match(value(here), std::regex(row.here))) continue;
    if (!std::regex_match(value(there), std::regex(row.there))) continue;
    used_.insert(&row);
    return true;
  }
  return false;
}

void TranscriptComparison::expect_same(const std::string& here, const std::string& there) {
  const auto ours = lines_of(here), theirs = lines_of(there);
  ASSERT_FALSE(ours.empty() || theirs.empty());
  EXPECT_EQ(ours.back(), "PASS");
  EXPECT_EQ(theirs.back(), "PASS");
  EXPECT_EQ(ours.size(), theirs.size());
  unsigned shown = 0;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()) && shown < shown_at_most; ++i) {
    const bool explained = explains(ours[i], theirs[i]);
    EXPECT_TRUE(explained) << "QEMU " << theirs[i] << "\nhere " << ours[i];
    shown += !explained;
  }
}

void TranscriptComparison::expect_all_used() const {
  for (const Difference& row : differences_)
    EXPECT_TRUE(used_.contains(&row)) << "no seed needs " << row.cases << " " << row.key;
}

}  // namespace doorbell::test
