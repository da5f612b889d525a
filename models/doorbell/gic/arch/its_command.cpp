#include "doorbell/gic/arch/its_command.h"

#include "doorbell/core/arch/bit_field.h"

namespace doorbell::gic {
namespace {

bool has_device(ItsOpcode opcode) {
  switch (opcode) {
    case ItsOpcode::MOVI:
    case ItsOpcode::INT:
    case ItsOpcode::CLEAR:
    case ItsOpcode::MAPD:
    case ItsOpcode::MAPTI:
    case ItsOpcode::MAPI:
    case ItsOpcode::INV:
    case ItsOpcode::DISCARD:
      return true;
    default:
      return false;
  }
}

bool has_event(ItsOpcode opcode) {
  return has_device(opcode) && opcode != ItsOpcode::MAPD;
}

bool has_collection(ItsOpcode opcode) {
  switch (opcode) {
    case ItsOpcode::MOVI:
    case ItsOpcode::MAPC:
    case ItsOpcode::MAPTI:
    case ItsOpcode::MAPI:
    case ItsOpcode::INVALL:
      return true;
    default:
      return false;
  }
}

bool has_target(ItsOpcode opcode) {
  return opcode == ItsOpcode::MAPC || opcode == ItsOpcode::SYNC || opcode == ItsOpcode::MOVALL;
}

}  // namespace

const char* name(ItsOpcode opcode) {
  switch (opcode) {
    case ItsOpcode::MOVI:
      return "MOVI";
    case ItsOpcode::INT:
      return "INT";
    case ItsOpcode::CLEAR:
      return "CLEAR";
    case ItsOpcode::SYNC:
      return "SYNC";
    case ItsOpcode::MAPD:
      return "MAPD";
    case ItsOpcode::MAPC:
      return "MAPC";
    case ItsOpcode::MAPTI:
      return "MAPTI";
    case ItsOpcode::MAPI:
      return "MAPI";
    case ItsOpcode::INV:
      return "INV";
    case ItsOpcode::INVALL:
      return "INVALL";
    case ItsOpcode::MOVALL:
      return "MOVALL";
    case ItsOpcode::DISCARD:
      return "DISCARD";
  }
  return "unknown";
}

bool is_known(ItsOpcode opcode) {
  return name(opcode)[0] != 'u';
}

ItsCommand decode(const ItsCommandWords& words) {
  ItsCommand command;
  command.opcode = static_cast<ItsOpcode>(bits(words[0], 7, 0));
  const ItsOpcode opcode = command.opcode;
  if (has_device(opcode)) command.DeviceID = static_cast<std::uint32_t>(bits(words[0], 63, 32));
  if (has_event(opcode)) command.EventID = static_cast<std::uint32_t>(bits(words[1], 31, 0));
  if (has_collection(opcode)) command.ICID = static_cast<std::uint16_t>(bits(words[2], 15, 0));
  if (has_target(opcode)) command.RDbase = bits(words[2], 51, 16);
  if (opcode == ItsOpcode::MOVALL) command.RDbase2 = bits(words[3], 51, 16);
  if (opcode == ItsOpcode::MAPTI) command.pINTID = static_cast<std::uint32_t>(words[1] >> 32);
  if (opcode == ItsOpcode::MAPI) command.pINTID = command.EventID;
  if (opcode == ItsOpcode::MAPD) {
    command.Size = static_cast<std::uint8_t>(bits(words[1], 4, 0));
    command.ITT_addr = bits(words[2], 51, 8) << 8;
  }
  if (opcode == ItsOpcode::MAPD || opcode == ItsOpcode::MAPC) command.V = bits(words[2], 63, 63);
  return command;
}

ItsCommandWords encode(const ItsCommand& command) {
  ItsCommandWords words{};
  const ItsOpcode opcode = command.opcode;
  words[0] = static_cast<std::uint64_t>(opcode);
  if (has_device(opcode)) words[0] |= std::uint64_t{command.DeviceID} << 32;
  if (has_event(opcode)) words[1] |= command.EventID;
  if (has_collection(opcode)) words[2] |= command.ICID;
  if (has_target(opcode)) words[2] = with_bits(words[2], 51, 16, command.RDbase);
  if (opcode == ItsOpcode::MOVALL) words[3] = with_bits(words[3], 51, 16, command.RDbase2);
  if (opcode == ItsOpcode::MAPTI) words[1] |= std::uint64_t{command.pINTID} << 32;
  if (opcode == ItsOpcode::MAPD) {
    words[1] |= bits(command.Size, 4, 0);
    words[2] = with_bits(words[2], 51, 8, command.ITT_addr >> 8);
  }
  if (opcode == ItsOpcode::MAPD || opcode == ItsOpcode::MAPC) {
    words[2] |= std::uint64_t{command.V} << 63;
  }
  return words;
}

}  // namespace doorbell::gic
