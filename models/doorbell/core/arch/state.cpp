#include "doorbell/core/arch/state.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/registers.h"

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view digits = "0123456789abcdef";

std::string shown(const Json& value) {
  constexpr std::size_t longest = 40;
  std::string text = value.dump();
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

/// A number as it is written, or nothing.
bool as_number(const Json& value, std::uint64_t most, std::uint64_t& number) {
  if (!value.is_number_unsigned()) return false;
  number = value.get<std::uint64_t>();
  return number <= most;
}

std::uint64_t mask_of(const RegisterInfo& info) {
  return info.width == 8 ? ~std::uint64_t{0} : 0xffff'ffff;
}

/// Refuses a key that is there twice, of which a parser would silently take the last.
class Keys {
 public:
  explicit Keys(const std::string& path) : path_(path) {}
  bool operator()(int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.back().insert(value.get<std::string>()).second)
      throw InputError(path_, 0, value.get<std::string>(), "one value", "two");
    return true;
  }

 private:
  const std::string& path_;
  std::vector<std::set<std::string>> open_;
};

}  // namespace

StateWriter::StateWriter() : json_(std::make_unique<Json>(Json::object())) {}
StateWriter::~StateWriter() = default;

void StateWriter::put(std::string_view name, std::uint64_t number) {
  (*json_)[std::string(name)] = number;
}
void StateWriter::put(std::string_view name, const std::vector<std::uint64_t>& numbers) {
  (*json_)[std::string(name)] = numbers;
}
void StateWriter::put(std::string_view name, const StateWriter& inner) {
  (*json_)[std::string(name)] = *inner.json_;
}
void StateWriter::begin_list(std::string_view name) {
  (*json_)[std::string(name)] = Json::array();
}
void StateWriter::append(std::string_view name, const StateWriter& inner) {
  (*json_)[std::string(name)].push_back(*inner.json_);
}
void StateWriter::value(std::string_view name, bool flag) {
  (*json_)[std::string(name)] = flag;
}
void StateWriter::value(std::string_view name, const std::string& text) {
  (*json_)[std::string(name)] = text;
}

void StateWriter::blob(std::string_view name, const std::string& bytes) {
  this->bytes(name, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void StateWriter::bytes(std::string_view name, std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes)
    text += {digits[byte >> 4], digits[byte & 15]};
  value(name, text);
}

void StateWriter::registers(std::string_view name, const RegisterBank& bank) {
  group(name, [&bank](StateWriter& inner) {
    for (const RegisterInfo& info : bank.map().table()) {
      if (info.count == 1) {
        inner.put(info.name, bank.get(info.name));
        continue;
      }
      std::vector<std::uint64_t> values;
      for (unsigned i = 0; i < info.count; ++i)
        values.push_back(bank.get(info.name, i));
      inner.put(info.name, values);
    }
  });
}

StateReader::StateReader(std::string place, const Json& object)
    : place_(std::move(place)), object_(object) {
  if (!object_.is_object())
    throw InputError(place_ + ": expected an object, found " + shown(object_));
}
StateReader::~StateReader() = default;

std::string StateReader::place_of(std::string_view name) const {
  return place_ + (place_.find(": ") == std::string::npos ? ": " : ".") + std::string(name);
}

void StateReader::refuse(std::string_view name, const std::string& expected,
                         const std::string& found) const {
  throw InputError(place_of(name) + ": expected " + expected + ", found " + found);
}

const Json& StateReader::find(std::string_view name) {
  const auto found = object_.find(std::string(name));
  if (found == object_.end()) refuse(name, "a value", "none");
  asked_.emplace_back(name);
  return *found;
}

const Json& StateReader::object(std::string_view name) {
  const Json& value = find(name);
  if (!value.is_object()) refuse(name, "an object", shown(value));
  return value;
}

std::uint64_t StateReader::take(std::string_view name, std::uint64_t most) {
  const Json& value = find(name);
  std::uint64_t number = 0;
  if (!as_number(value, most, number))
    refuse(name, "a number of at most " + std::to_string(most), shown(value));
  return number;
}

std::vector<std::uint64_t> StateReader::take_all(std::string_view name, std::uint64_t most) {
  const Json& value = find(name);
  if (!value.is_array()) refuse(name, "a list of numbers", shown(value));
  std::vector<std::uint64_t> numbers(value.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!as_number(value[i], most, numbers[i]))
      refuse(name, "numbers of at most " + std::to_string(most), shown(value[i]));
  }
  return numbers;
}

void StateReader::value(std::string_view name, bool& flag) {
  const Json& value = find(name);
  if (!value.is_boolean()) refuse(name, "true or false", shown(value));
  flag = value.get<bool>();
}

void StateReader::value(std::string_view name, std::string& text) {
  const Json& value = find(name);
  if (!value.is_string()) refuse(name, "a text", shown(value));
  text = value.get<std::string>();
}

void StateReader::blob(std::string_view name, std::string& bytes) {
  const Json& text = find(name);
  if (!text.is_string()) refuse(name, "bytes in hexadecimal", shown(text));
  bytes.resize(text.get_ref<const std::string&>().size() / 2);
  this->bytes(name, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
}

void StateReader::bytes(std::string_view name, std::span<std::uint8_t> bytes) {
  std::string text;
  value(name, text);
  if (text.size() != 2 * bytes.size() || text.find_first_not_of(digits) != std::string::npos) {
    refuse(name, std::to_string(bytes.size()) + " bytes in hexadecimal",
           "a text of " + std::to_string(text.size()) + " characters");
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] =
        static_cast<std::uint8_t>(digits.find(text[2 * i]) << 4 | digits.find(text[2 * i + 1]));
  }
}

void StateReader::registers(std::string_view name, RegisterBank& bank) {
  group(name, [&bank](StateReader& inner) {
    for (const RegisterInfo& info : bank.map().table()) {
      if (info.count == 1) {
        bank.set(info.name, inner.take(info.name, mask_of(info)));
        continue;
      }
      const std::vector<std::uint64_t> values = inner.take_all(info.name, mask_of(info));
      inner.expect_count(info.name, info.count, values.size());
      for (unsigned i = 0; i < info.count; ++i)
        bank.set(info.name, values[i], i);
    }
  });
}

std::size_t StateReader::list_size(std::string_view name) {
  const Json& value = find(name);
  if (!value.is_array()) refuse(name, "a list", shown(value));
  return value.size();
}

const Json& StateReader::element(std::string_view name, std::size_t index) const {
  return (*object_.find(std::string(name)))[index];
}

void StateReader::expect_count(std::string_view name, std::size_t expected,
                               std::size_t found) const {
  if (expected != found)
    refuse(name, "a list of " + std::to_string(expected), "one of " + std::to_string(found));
}

std::vector<std::string> StateReader::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object_.items())
    keys.push_back(key);
  return keys;
}

void StateReader::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
      refuse(key, "nothing of this name", shown(value));
  }
}

Json parse_state(const std::string& path, std::string_view text) {
  try {
    return Json::parse(text, Keys(path));
  } catch (const Json::exception& error) {
    std::string why = error.what();
    std::replace(why.begin(), why.end(), '\n', ' ');
    throw InputError(path, 0, "checkpoint", "JSON", why);
  }
}

Json read_state_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path, 0, "checkpoint", "a file that can be read", "none");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_state(path, text);
}

}  // namespace doorbell
