#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace doorbell {

/// What software may do with a register.
enum class RegisterAccess : std::uint8_t { read_only, read_write, write_only };
std::string_view to_string(RegisterAccess access);  ///< "RO", "RW", "WO"

/// How an access to a bank ended.
enum class RegisterResult : std::uint8_t {
  ok,
  unmapped,  ///< No register there.
  bad_size,  ///< A width or an alignment that the register doesn't support.
  read_of_write_only,
  write_of_read_only,
};
std::string_view to_string(RegisterResult result);

/// One row of a block's register table: a register, or an array of them.
struct RegisterInfo {
  std::string_view name;     ///< The specification's: "SMMU_CR0", "GITS_BASER<n>".
  std::uint64_t offset = 0;  ///< Of the first, in bytes from the start of the bank.
  unsigned width = 4;        ///< Bytes: 4 or 8. An 8-byte register can also be accessed by halves.
  std::uint64_t reset = 0;
  RegisterAccess access = RegisterAccess::read_write;
  std::string_view section;        ///< "IHI 0070 6.3.9".
  unsigned count = 1;              ///< Elements of an array.
  std::uint64_t stride = 0;        ///< Bytes between elements; 0 is `width`.
  std::uint64_t writable = ~0ULL;  ///< Bits that a write changes; others keep their value.
  bool byte_access = false;  ///< May be accessed by bytes and half-words too (GICD_IPRIORITYR<n>).
  bool half_word_access = false;  ///< May be accessed by half-words too (GICD_SETSPI_NSR).
};

/// The decoded form of a table, made once and shared by all banks of it.
class RegisterMap {
 public:
  /// `table` must live as long (it is usually constexpr). A table that overlaps itself or is
  /// misaligned is a std::logic_error that names the registers.
  explicit RegisterMap(std::span<const RegisterInfo> table);

  struct Location {
    const RegisterInfo* info;  ///< Null where there is no register.
    unsigned row;              ///< Of the table.
    unsigned index;            ///< Of the element.
    unsigned byte;             ///< Of the element.
    unsigned storage;          ///< Where the element's value is kept.
  };
  /// The register that holds the byte at `offset`. O(1).
  Location locate(std::uint64_t offset) const;

  std::span<const RegisterInfo> table() const { return table_; }
  /// Number of values that a bank stores.
  std::size_t storage_size() const { return storage_size_; }
  unsigned first_storage(unsigned row) const { return first_storage_[row]; }
  /// Row of `name`; a std::logic_error when there is none.
  unsigned row(std::string_view name) const;

 private:
  static constexpr unsigned words_per_page = 1024;
  using Page = std::vector<std::uint16_t>;  ///< Row + 1 of each 32-bit word.

  void place(unsigned row, std::uint64_t offset);

  std::span<const RegisterInfo> table_;
  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<unsigned> first_storage_;
  std::size_t storage_size_ = 0;
};

/// Who accesses. A bank hands it on to the hooks and takes no decision by it.
struct RegisterContext {
  bool secure = false;
  bool privileged = true;
  std::uint64_t requester = 0;  ///< A processor's number, a StreamID; what the block makes of it.
};

/// What a read hook is told.
struct RegisterRead {
  const RegisterInfo& info;
  unsigned index;       ///< Of the element.
  std::uint64_t value;  ///< As stored.
  std::uint64_t lanes;  ///< All-ones in the bytes that are read.
  const RegisterContext& context;
};

/// What a write hook is told. Values are the whole register, shifted into place whatever the width
/// of the access.
struct RegisterWrite {
  const RegisterInfo& info;
  unsigned index;
  std::uint64_t value;    ///< The new value: written bytes over the old ones, unwritable bits kept.
  std::uint64_t old;      ///< The value before.
  std::uint64_t written;  ///< What the bus carried, in place; zero outside `lanes`.
  std::uint64_t lanes;    ///< All-ones in the bytes that the access covers.
  const RegisterContext& context;
};

/// The registers of one instance of a block: storage and what accesses do. Plain registers need no
/// code; a hook makes a register's value (read) or consequence (write).
class RegisterBank {
 public:
  using ReadHook = std::function<std::uint64_t(const RegisterRead&)>;
  using WriteHook = std::function<void(const RegisterWrite&)>;

  explicit RegisterBank(std::span<const RegisterInfo> table);
  explicit RegisterBank(std::shared_ptr<const RegisterMap> map);

  /// The hook's result is what is read. Names that the table doesn't have are std::logic_errors.
  void on_read(std::string_view name, ReadHook hook);
  /// Called after `value` has been stored; may store another one with `set`.
  void on_write(std::string_view name, WriteHook hook);

  /// `size` is 1, 2, 4 or 8 bytes; `data` is little-endian and zero-extended. It is 0 unless the
  /// result is ok.
  RegisterResult read(std::uint64_t offset, unsigned size, std::uint64_t& data,
                      const RegisterContext& context = {});
  RegisterResult write(std::uint64_t offset, unsigned size, std::uint64_t data,
                       const RegisterContext& context = {});
  /// What a debugger sees: the stored value, no hooks.
  RegisterResult peek(std::uint64_t offset, unsigned size, std::uint64_t& data) const;

  /// All values to their resets; no hooks.
  void reset();

  /// The stored value of an element, by name (a search) or by a handle (none).
  std::uint64_t get(std::string_view name, unsigned index = 0) const;
  void set(std::string_view name, std::uint64_t value, unsigned index = 0);

  /// A register found once: what a block holds for those that it uses at every step.
  class Handle {
   public:
    std::uint64_t get(unsigned index = 0) const { return values_[index]; }
    void set(std::uint64_t value, unsigned index = 0) const { values_[index] = value; }

   private:
    friend class RegisterBank;
    explicit Handle(std::uint64_t* values) : values_(values) {}
    std::uint64_t* values_;
  };
  /// Valid as long as the bank.
  Handle handle(std::string_view name);

  const RegisterMap& map() const { return *map_; }

 private:
  RegisterResult check(std::uint64_t offset, unsigned size, RegisterMap::Location& location) const;

  struct Hooks {
    ReadHook read;
    WriteHook write;
  };
  std::shared_ptr<const RegisterMap> map_;
  std::vector<std::uint64_t> values_;
  std::vector<Hooks> hooks_;  ///< By row.
};

/// "GITS_BASER<3>" for an element of an array, "GITS_CTLR" else: the name in traces.
std::string element_name(const RegisterInfo& info, unsigned index);

/// The table as Markdown: offset, name, width, access, reset, section.
std::string markdown_table(std::span<const RegisterInfo> table);

}  // namespace doorbell
