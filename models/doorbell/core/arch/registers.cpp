#include "doorbell/core/arch/registers.h"

#include <stdexcept>
#include <utility>

namespace doorbell {
namespace {

std::uint64_t lanes_of(unsigned byte, unsigned size) {
  return (size == 8 ? ~0ULL : (1ULL << 8 * size) - 1) << 8 * byte;
}

std::uint64_t stride_of(const RegisterInfo& info) {
  return info.stride == 0 ? info.width : info.stride;
}

}  // namespace

std::string_view to_string(RegisterAccess access) {
  switch (access) {
    case RegisterAccess::read_only:
      return "RO";
    case RegisterAccess::write_only:
      return "WO";
    case RegisterAccess::read_write:
      break;
  }
  return "RW";
}

std::string_view to_string(RegisterResult result) {
  switch (result) {
    case RegisterResult::unmapped:
      return "unmapped";
    case RegisterResult::bad_size:
      return "bad size";
    case RegisterResult::read_of_write_only:
      return "read of a write-only register";
    case RegisterResult::write_of_read_only:
      return "write of a read-only register";
    case RegisterResult::ok:
      break;
  }
  return "ok";
}

RegisterMap::RegisterMap(std::span<const RegisterInfo> table) : table_(table) {
  for (unsigned row = 0; row < table.size(); ++row) {
    const RegisterInfo& info = table[row];
    const std::uint64_t stride = stride_of(info);
    const bool aligned = info.offset % info.width == 0 && stride % info.width == 0;
    if ((info.width != 4 && info.width != 8) || !aligned || info.count == 0) {
      throw std::logic_error("register " + std::string(info.name) + " is malformed");
    }
    first_storage_.push_back(static_cast<unsigned>(storage_size_));
    storage_size_ += info.count;
    for (unsigned index = 0; index < info.count; ++index) {
      for (unsigned byte = 0; byte < info.width; byte += 4) {
        place(row, info.offset + index * stride + byte);
      }
    }
  }
}

void RegisterMap::place(unsigned row, std::uint64_t offset) {
  const std::uint64_t word = offset / 4;
  const std::uint64_t page = word / words_per_page;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (!pages_[page]) pages_[page] = std::make_unique<Page>(words_per_page);
  std::uint16_t& entry = (*pages_[page])[word % words_per_page];
  if (entry != 0) {
    throw std::logic_error("register " + std::string(table_[row].name) + " overlaps " +
                           std::string(table_[entry - 1U].name));
  }
  entry = static_cast<std::uint16_t>(row + 1);
}

RegisterMap::Location RegisterMap::locate(std::uint64_t offset) const {
  const std::uint64_t word = offset / 4;
  const std::uint64_t page = word / words_per_page;
  if (page >= pages_.size() || !pages_[page]) return {};
  const std::uint16_t entry = (*pages_[page])[word % words_per_page];
  if (entry == 0) return {};
  const unsigned row = entry - 1U;
  const RegisterInfo& info = table_[row];
  const std::uint64_t from_first = offset - info.offset;
  const auto index = static_cast<unsigned>(from_first / stride_of(info));
  const auto byte = static_cast<unsigned>(from_first % stride_of(info));
  return {&info, row, index, byte, first_storage_[row] + index};
}

unsigned RegisterMap::row(std::string_view name) const {
  for (unsigned row = 0; row < table_.size(); ++row) {
    if (table_[row].name == name) return row;
  }
  throw std::logic_error("no register is called " + std::string(name));
}

RegisterBank::RegisterBank(std::span<const RegisterInfo> table)
    : RegisterBank(std::make_shared<const RegisterMap>(table)) {}

RegisterBank::RegisterBank(std::shared_ptr<const RegisterMap> map)
    : map_(std::move(map)), values_(map_->storage_size()), hooks_(map_->table().size()) {
  reset();
}

void RegisterBank::on_read(std::string_view name, ReadHook hook) {
  hooks_[map_->row(name)].read = std::move(hook);
}

void RegisterBank::on_write(std::string_view name, WriteHook hook) {
  hooks_[map_->row(name)].write = std::move(hook);
}

RegisterResult RegisterBank::check(std::uint64_t offset, unsigned size,
                                   RegisterMap::Location& location) const {
  location = map_->locate(offset);
  if (location.info == nullptr) return RegisterResult::unmapped;
  const bool small = size == 1 || size == 2;
  const bool known =
      small ? location.info->byte_access || (size == 2 && location.info->half_word_access)
            : size == 4 || size == 8;
  const bool inside = location.byte + size <= location.info->width;
  if (!known || !inside || offset % size != 0) return RegisterResult::bad_size;
  return RegisterResult::ok;
}

RegisterResult RegisterBank::read(std::uint64_t offset, unsigned size, std::uint64_t& data,
                                  const RegisterContext& context) {
  data = 0;
  RegisterMap::Location at{};
  const RegisterResult result = check(offset, size, at);
  if (result != RegisterResult::ok) return result;
  if (at.info->access == RegisterAccess::write_only) return RegisterResult::read_of_write_only;
  std::uint64_t value = values_[at.storage];
  if (const ReadHook& hook = hooks_[at.row].read) {
    value = hook({*at.info, at.index, value, lanes_of(at.byte, size), context});
  }
  data = (value & lanes_of(at.byte, size)) >> 8 * at.byte;
  return RegisterResult::ok;
}

RegisterResult RegisterBank::write(std::uint64_t offset, unsigned size, std::uint64_t data,
                                   const RegisterContext& context) {
  RegisterMap::Location at{};
  const RegisterResult result = check(offset, size, at);
  if (result != RegisterResult::ok) return result;
  if (at.info->access == RegisterAccess::read_only) return RegisterResult::write_of_read_only;
  const std::uint64_t lanes = lanes_of(at.byte, size);
  const std::uint64_t written = data << 8 * at.byte & lanes;
  const std::uint64_t old = values_[at.storage];
  const std::uint64_t changed = lanes & at.info->writable;
  const std::uint64_t value = (old & ~changed) | (written & changed);
  values_[at.storage] = value;
  if (const WriteHook& hook = hooks_[at.row].write) {
    hook({*at.info, at.index, value, old, written, lanes, context});
  }
  return RegisterResult::ok;
}

RegisterResult RegisterBank::peek(std::uint64_t offset, unsigned size, std::uint64_t& data) const {
  data = 0;
  RegisterMap::Location at{};
  const RegisterResult result = check(offset, size, at);
  if (result != RegisterResult::ok) return result;
  data = (values_[at.storage] & lanes_of(at.byte, size)) >> 8 * at.byte;
  return RegisterResult::ok;
}

void RegisterBank::reset() {
  const std::span<const RegisterInfo> table = map_->table();
  for (unsigned row = 0; row < table.size(); ++row) {
    for (unsigned index = 0; index < table[row].count; ++index) {
      values_[map_->first_storage(row) + index] = table[row].reset;
    }
  }
}

std::uint64_t RegisterBank::get(std::string_view name, unsigned index) const {
  return values_[map_->first_storage(map_->row(name)) + index];
}

void RegisterBank::set(std::string_view name, std::uint64_t value, unsigned index) {
  values_[map_->first_storage(map_->row(name)) + index] = value;
}

RegisterBank::Handle RegisterBank::handle(std::string_view name) {
  return Handle(&values_[map_->first_storage(map_->row(name))]);
}

}  // namespace doorbell
