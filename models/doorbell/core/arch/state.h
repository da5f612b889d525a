#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace doorbell {

class RegisterBank;

/// What a value of a checkpoint may be: a number, a flag or a text.
template <class T>
concept StateNumber = (std::is_unsigned_v<T> || std::is_enum_v<T>)&&!std::is_same_v<T, bool>;

/// What a number of a type can be at most.
template <class T>
constexpr std::uint64_t largest_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return 1;
  } else {
    return ~std::uint64_t{0} >> (64 - 8 * sizeof(T));
  }
}

/// Writes the state of a block for a checkpoint, by the specification's names: a JSON object.
///
/// Writer and reader have the same functions, so that a block describes its state once, for both:
///
///     template <class Self, class State>
///     static void describe(Self& self, State& state) {
///       state.value("head", self.head_);
///       state.group("queue", [&](auto& queue) { queue.value("base", self.base_); });
///     }
///     void save(StateWriter& state) const override { describe(*this, state); }
///     void restore(StateReader& state) override { describe(*this, state); }
class StateWriter {
 public:
  /// An empty object.
  StateWriter();
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  static constexpr bool reads = false;

  /// `most` is what a reader takes at most.
  template <StateNumber T>
  void value(std::string_view name, const T& number, std::uint64_t /*most*/ = 0) {
    put(name, static_cast<std::uint64_t>(number));
  }
  void value(std::string_view name, bool flag);
  void value(std::string_view name, const std::string& text);
  /// Numbers of which there are always as many.
  template <class Numbers>
  void values(std::string_view name, const Numbers& numbers, std::uint64_t /*most*/ = 0) {
    put(name, std::vector<std::uint64_t>(numbers.begin(), numbers.end()));
  }
  /// Numbers of which there may be any number up to `most`, as in a FIFO.
  template <class Numbers>
  void sequence(std::string_view name, const Numbers& numbers, std::size_t /*most*/) {
    values(name, numbers);
  }
  /// Bytes that are no text, of any number.
  void blob(std::string_view name, const std::string& bytes);
  /// Bytes, in hexadecimal.
  void bytes(std::string_view name, std::span<const std::uint8_t> bytes);
  /// The stored values of a bank, by the names of its registers; hooks aren't called.
  void registers(std::string_view name, const RegisterBank& bank);

  template <class Body>
  void group(std::string_view name, Body body) {
    StateWriter inner;
    body(inner);
    put(name, inner);
  }
  /// One group for each of `items`.
  template <class Items, class Body>
  void list(std::string_view name, const Items& items, Body body) {
    begin_list(name);
    for (const auto& item : items) {
      StateWriter inner;
      body(item, inner);
      append(name, inner);
    }
  }

  const nlohmann::ordered_json& json() const { return *json_; }
  nlohmann::ordered_json& json() { return *json_; }

 private:
  void put(std::string_view name, std::uint64_t number);
  void put(std::string_view name, const std::vector<std::uint64_t>& numbers);
  void put(std::string_view name, const StateWriter& inner);
  void begin_list(std::string_view name);
  void append(std::string_view name, const StateWriter& inner);

  std::unique_ptr<nlohmann::ordered_json> json_;
};

/// Reads what a StateWriter wrote. Each key is asked for once: what is missing, of another kind or
/// too large is an InputError that names file and key, and so is, at the end, what nobody asked
/// for.
class StateReader {
 public:
  /// `place`: the file, and the key of the object in it ("state.json: modules.virt.uart"). `object`
  /// outlives the reader.
  StateReader(std::string place, const nlohmann::ordered_json& object);
  ~StateReader();
  StateReader(const StateReader&) = delete;
  StateReader& operator=(const StateReader&) = delete;

  static constexpr bool reads = true;

  /// A number of at most `most`: what the type holds, unless said otherwise.
  template <StateNumber T>
  void value(std::string_view name, T& number, std::uint64_t most = largest_of<T>()) {
    number = static_cast<T>(take(name, most));
  }
  void value(std::string_view name, bool& flag);
  void value(std::string_view name, std::string& text);
  template <class Numbers>
  void values(std::string_view name, Numbers& numbers,
              std::uint64_t most = largest_of<typename Numbers::value_type>()) {
    using T = typename Numbers::value_type;
    const std::vector<std::uint64_t> taken = take_all(name, most);
    expect_count(name, numbers.size(), taken.size());
    for (std::size_t i = 0; i < taken.size(); ++i)
      numbers[i] = static_cast<T>(taken[i]);
  }
  template <class Numbers>
  void sequence(std::string_view name, Numbers& numbers, std::size_t most) {
    using T = typename Numbers::value_type;
    const std::vector<std::uint64_t> taken = take_all(name, largest_of<T>());
    if (taken.size() > most)
      refuse(name, "at most " + std::to_string(most), std::to_string(taken.size()));
    numbers.clear();
    for (const std::uint64_t number : taken)
      numbers.push_back(static_cast<T>(number));
  }
  void blob(std::string_view name, std::string& bytes);
  /// As many as `bytes` has places.
  void bytes(std::string_view name, std::span<std::uint8_t> bytes);
  /// All registers of the bank, and no others; hooks aren't called. Those that software can only
  /// read and that say what the block is must be what they are: their bank has them already.
  void registers(std::string_view name, RegisterBank& bank);

  template <class Body>
  void group(std::string_view name, Body body) {
    StateReader inner(place_of(name), object(name));
    body(inner);
    inner.finish();
  }
  /// One group for each of `items`.
  template <class Items, class Body>
  void list(std::string_view name, Items& items, Body body) {
    expect_count(name, items.size(), list_size(name));
    std::size_t i = 0;
    for (auto& item : items) {
      StateReader inner(place_of(name) + "[" + std::to_string(i) + "]", element(name, i));
      body(item, inner);
      inner.finish();
      ++i;
    }
  }

  /// InputError when there is a key that nobody asked for.
  void finish() const;
  /// InputError: "FILE: KEY: expected E, found F".
  [[noreturn]] void refuse(std::string_view name, const std::string& expected,
                           const std::string& found) const;
  /// Every key that there is, in order.
  std::vector<std::string> keys() const;
  const nlohmann::ordered_json& json(std::string_view name) { return find(name); }

 private:
  std::string place_of(std::string_view name) const;
  const nlohmann::ordered_json& find(std::string_view name);
  const nlohmann::ordered_json& object(std::string_view name);
  std::uint64_t take(std::string_view name, std::uint64_t most);
  std::vector<std::uint64_t> take_all(std::string_view name, std::uint64_t most);
  std::size_t list_size(std::string_view name);
  const nlohmann::ordered_json& element(std::string_view name, std::size_t index) const;
  void expect_count(std::string_view name, std::size_t expected, std::size_t found) const;

  std::string place_;
  const nlohmann::ordered_json& object_;
  std::vector<std::string> asked_;
};

/// The JSON object of a file; InputError when there is none, or a key is there twice.
nlohmann::ordered_json read_state_file(const std::string& path);
/// The same of a text that is already there; `path` is what errors call it.
nlohmann::ordered_json parse_state(const std::string& path, std::string_view text);

}  // namespace doorbell
