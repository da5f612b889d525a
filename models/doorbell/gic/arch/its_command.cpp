#include "doorbell/gic/arch/its_command.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::gic {
namespace {

// What a command has besides its number.
enum Field : unsigned {
  DeviceID = 1 << 0,   ///< DW0[63:32]
  EventID = 1 << 1,    ///< DW1[31:0]
  pINTID = 1 << 2,     ///< DW1[63:32]
  own_INTID = 1 << 3,  ///< the EventID is the INTID
  ICID = 1 << 4,       ///< DW2[15:0]
  RDbase = 1 << 5,     ///< DW2[51:16]
  RDbase2 = 1 << 6,    ///< DW3[51:16]
  ITT = 1 << 7,        ///< ITT_addr DW2[51:8] and Size DW1[4:0]
  V = 1 << 8,          ///< DW2[63]
};

struct Format {
  ItsOpcode opcode;
  const char* name;
  unsigned fields;
};

/// IHI 0069, 5.3: a row a command.
constexpr Format formats[] = {
    {ItsOpcode::MOVI, "MOVI", DeviceID | EventID | ICID},
    {ItsOpcode::INT, "INT", DeviceID | EventID},
    {ItsOpcode::CLEAR, "CLEAR", DeviceID | EventID},
    {ItsOpcode::SYNC, "SYNC", RDbase},
    {ItsOpcode::MAPD, "MAPD", DeviceID | ITT | V},
    {ItsOpcode::MAPC, "MAPC", ICID | RDbase | V},
    {ItsOpcode::MAPTI, "MAPTI", DeviceID | EventID | pINTID | ICID},
    {ItsOpcode::MAPI, "MAPI", DeviceID | EventID | own_INTID | ICID},
    {ItsOpcode::INV, "INV", DeviceID | EventID},
    {ItsOpcode::INVALL, "INVALL", ICID},
    {ItsOpcode::MOVALL, "MOVALL", RDbase | RDbase2},
    {ItsOpcode::DISCARD, "DISCARD", DeviceID | EventID},
};

const Format* format_of(ItsOpcode opcode) {
  for (const Format& format : formats) {
    if (format.opcode == opcode) return &format;
  }
  return nullptr;
}

unsigned fields_of(ItsOpcode opcode) {
  const Format* const format = format_of(opcode);
  return format == nullptr ? 0 : format->fields;
}

}  // namespace

const char* name(ItsOpcode opcode) {
  const Format* const format = format_of(opcode);
  return format == nullptr ? "unknown" : format->name;
}

bool is_known(ItsOpcode opcode) {
  return format_of(opcode) != nullptr;
}

ItsCommand decode(const ItsCommandWords& words) {
  ItsCommand command;
  command.opcode = static_cast<ItsOpcode>(bits(words[0], 7, 0));
  const unsigned fields = fields_of(command.opcode);
  if (fields & DeviceID) command.DeviceID = static_cast<std::uint32_t>(bits(words[0], 63, 32));
  if (fields & EventID) command.EventID = static_cast<std::uint32_t>(bits(words[1], 31, 0));
  if (fields & ICID) command.ICID = static_cast<std::uint16_t>(bits(words[2], 15, 0));
  if (fields & RDbase) command.RDbase = bits(words[2], 51, 16);
  if (fields & RDbase2) command.RDbase2 = bits(words[3], 51, 16);
  if (fields & pINTID) command.pINTID = static_cast<std::uint32_t>(words[1] >> 32);
  if (fields & own_INTID) command.pINTID = command.EventID;
  if (fields & ITT) {
    command.Size = static_cast<std::uint8_t>(bits(words[1], 4, 0));
    command.ITT_addr = bits(words[2], 51, 8) << 8;
  }
  if (fields & V) command.V = bits(words[2], 63, 63) != 0;
  return command;
}

ItsCommandWords encode(const ItsCommand& command) {
  ItsCommandWords words{};
  const unsigned fields = fields_of(command.opcode);
  words[0] = static_cast<std::uint64_t>(command.opcode);
  if (fields & DeviceID) words[0] |= std::uint64_t{command.DeviceID} << 32;
  if (fields & EventID) words[1] |= command.EventID;
  if (fields & ICID) words[2] |= command.ICID;
  if (fields & RDbase) words[2] = with_bits(words[2], 51, 16, command.RDbase);
  if (fields & RDbase2) words[3] = with_bits(words[3], 51, 16, command.RDbase2);
  if (fields & pINTID) words[1] |= std::uint64_t{command.pINTID} << 32;
  if (fields & ITT) {
    words[1] |= bits(command.Size, 4, 0);
    words[2] = with_bits(words[2], 51, 8, command.ITT_addr >> 8);
  }
  if (fields & V) words[2] |= std::uint64_t{command.V} << 63;
  return words;
}

}  // namespace doorbell::gic
