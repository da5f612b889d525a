// What a checkpoint is made of: what is written is read back, and all that was not is refused.
#include "doorbell/core/arch/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/registers.h"

namespace doorbell {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::array table{
    RegisterInfo{"CONTROL", 0x0, 4, 0x11, RegisterAccess::read_write, "1"},
    RegisterInfo{"WIDE", 0x8, 8, 0x22, RegisterAccess::read_write, "2"},
    RegisterInfo{"ROW<n>", 0x10, 4, 0, RegisterAccess::read_write, "3", 3},
};

enum class Colour : std::uint8_t { red, green };

struct Block {
  std::uint32_t number = 1;
  bool flag = false;
  Colour colour = Colour::red;
  std::string text = "a";
  std::array<std::uint16_t, 2> pair{3, 4};
  std::vector<bool> flags{true, false};
  std::deque<std::uint8_t> fifo;
  std::array<std::uint8_t, 2> raw{0xab, 0x01};
  struct Part {
    std::uint64_t value = 0;
  };
  std::array<Part, 2> parts;
  RegisterBank bank{table};

  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("number", self.number);
    state.value("flag", self.flag);
    state.value("colour", self.colour, 1);
    state.value("text", self.text);
    state.values("pair", self.pair);
    state.values("flags", self.flags);
    state.sequence("fifo", self.fifo, 3);
    state.bytes("raw", self.raw);
    state.list("parts", self.parts,
               [](auto& part, auto& inner) { inner.value("value", part.value); });
    state.group("inner", [&self](auto& inner) { inner.registers("registers", self.bank); });
  }
};

nlohmann::ordered_json written(const Block& block) {
  StateWriter writer;
  Block::describe(block, writer);
  return writer.json();
}

void read(Block& block, const nlohmann::ordered_json& json) {
  StateReader reader("state.json", json);
  Block::describe(block, reader);
  reader.finish();
}

void expect_refused(const nlohmann::ordered_json& json, const std::string& says) {
  Block block;
  EXPECT_THAT([&] { read(block, json); }, ThrowsMessage<InputError>(HasSubstr(says)));
}

TEST(State, WhatIsWrittenIsReadBack) {
  Block block;
  block.number = 0xffff'ffff;
  block.flag = true;
  block.colour = Colour::green;
  block.text = "\xe2\x82\xac \"quoted\"";
  block.pair = {0xffff, 0};
  block.flags = {false, true};
  block.fifo = {1, 2, 3};
  block.raw = {0x00, 0xff};
  block.parts[1].value = ~std::uint64_t{0};
  block.bank.set("CONTROL", 0xdead'beef);
  block.bank.set("WIDE", ~std::uint64_t{0});
  block.bank.set("ROW<n>", 7, 2);
  const auto json = written(block);
  Block copy;
  read(copy, nlohmann::ordered_json::parse(json.dump()));
  EXPECT_EQ(written(copy), json);
  EXPECT_EQ(copy.bank.get("WIDE"), ~std::uint64_t{0});
  EXPECT_EQ(copy.bank.get("ROW<n>", 2), 7u);
  EXPECT_EQ(copy.parts[1].value, ~std::uint64_t{0});
  EXPECT_EQ(copy.fifo, block.fifo);
}

TEST(State, IsCalledByTheSpecificationsNames) {
  const auto json = written(Block{});
  EXPECT_EQ(json["inner"]["registers"]["CONTROL"], 0x11);
  EXPECT_EQ(json["inner"]["registers"]["ROW<n>"], nlohmann::ordered_json({0, 0, 0}));
  EXPECT_EQ(json["raw"], "ab01");
}

TEST(State, AnythingMissingIsRefusedByItsName) {
  const auto whole = written(Block{});
  for (const auto& [key, value] : whole.items()) {
    auto json = whole;
    json.erase(key);
    expect_refused(json, "state.json: " + key + ": expected a value, found none");
  }
  auto json = written(Block{});
  json["inner"]["registers"].erase("WIDE");
  expect_refused(json, "state.json: inner.registers.WIDE: expected a value");
}

TEST(State, AnythingUnknownIsRefusedByItsName) {
  auto json = written(Block{});
  json["number2"] = 1;
  expect_refused(json, "state.json: number2: expected nothing of this name, found 1");
  json = written(Block{});
  json["parts"][1]["more"] = 1;
  expect_refused(json, "state.json: parts[1].more: expected nothing of this name");
  json = written(Block{});
  json["inner"]["registers"]["OTHER"] = 1;
  expect_refused(json, "state.json: inner.registers.OTHER: expected nothing");
}

TEST(State, AValueOfAnotherKindOrTooLargeIsRefused) {
  const auto with = [](const char* key, nlohmann::ordered_json value) {
    auto json = written(Block{});
    json[key] = std::move(value);
    return nlohmann::ordered_json::parse(json.dump());
  };
  expect_refused(with("number", "1"), "number: expected a number");
  expect_refused(with("number", -1), "number: expected a number");
  expect_refused(with("number", 1.5), "number: expected a number");
  expect_refused(with("number", std::uint64_t{1} << 32), "number: expected a number of at most");
  expect_refused(with("flag", 1), "flag: expected true or false");
  expect_refused(with("colour", 2), "colour: expected a number of at most 1");
  expect_refused(with("text", 1), "text: expected a text");
  expect_refused(with("pair", {1, 2, 3}), "pair: expected a list of 2");
  expect_refused(with("pair", {1, 65536}), "pair: expected numbers of at most 65535");
  expect_refused(with("flags", {1, 2}), "flags: expected numbers of at most 1");
  expect_refused(with("fifo", {1, 2, 3, 4}), "fifo: expected at most 3");
  expect_refused(with("raw", "ab"), "raw: expected 2 bytes in hexadecimal");
  expect_refused(with("raw", "zz00"), "raw: expected 2 bytes in hexadecimal");
  expect_refused(with("parts", nlohmann::ordered_json::array()), "parts: expected a list of 2");
  expect_refused(with("inner", 1), "inner: expected an object");
  auto json = written(Block{});
  json["inner"]["registers"]["CONTROL"] = std::uint64_t{1} << 32;
  expect_refused(json, "CONTROL: expected a number of at most 4294967295");
}

TEST(State, AKeyThatIsThereTwiceIsRefused) {
  EXPECT_THAT([] { parse_state("state.json", R"({"a": {"b": 1, "b": 2}})"); },
              ThrowsMessage<InputError>(HasSubstr("state.json: b: expected one value, found two")));
  EXPECT_NO_THROW(parse_state("state.json", R"([{"b": 1}, {"b": 2}, {"a": {"b": 3}}])"));
}

TEST(State, ATextThatIsCutShortIsOneLine) {
  const std::string whole = written(Block{}).dump(1);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    try {
      parse_state("state.json", whole.substr(0, length));
      ADD_FAILURE() << length;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("state.json: "));
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

TEST(State, AFileThatIsNotThereIsRefused) {
  EXPECT_THAT([] { read_state_file("/nowhere/state.json"); },
              ThrowsMessage<InputError>(HasSubstr("/nowhere/state.json")));
}

}  // namespace
}  // namespace doorbell
