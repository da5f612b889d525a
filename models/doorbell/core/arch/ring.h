#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace doorbell {

/// A first in, first out queue that allocates only when it grows beyond what it ever held.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  void push_back(T item) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    (*this)[size_] = std::move(item);
    ++size_;
  }
  void pop_front() {
    // What holds on to nothing may stay until its place is used again.
    if constexpr (!std::is_trivially_destructible_v<T>) items_[first_] = T{};
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
  }
  T& front() { return items_[first_]; }
  /// The i-th from the front.
  T& operator[](std::size_t i) { return items_[(first_ + i) & (capacity_ - 1)]; }
  const T& operator[](std::size_t i) const { return items_[(first_ + i) & (capacity_ - 1)]; }

 private:
  void grow() {
    const std::size_t larger = capacity_ == 0 ? 8 : capacity_ * 2;
    auto items = std::make_unique<T[]>(larger);
    for (std::size_t i = 0; i < size_; ++i)
      items[i] = std::move((*this)[i]);
    items_ = std::move(items);
    capacity_ = larger;
    first_ = 0;
  }

  std::unique_ptr<T[]> items_;
  std::size_t capacity_ = 0;  // a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace doorbell
