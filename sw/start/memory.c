/* The functions that GCC may call even in freestanding code. GCC manual, "Standards". */
#include <stddef.h>
#include <stdint.h>

void* memset(void* destination, int value, size_t size);
void* memcpy(void* restrict destination, const void* restrict source, size_t size);
void* memmove(void* destination, const void* source, size_t size);
int memcmp(const void* left, const void* right, size_t size);

void* memset(void* destination, int value, size_t size) {
  unsigned char* to = destination;
  for (size_t i = 0; i < size; i++)
    to[i] = (unsigned char)value;
  return destination;
}

void* memcpy(void* restrict destination, const void* restrict source, size_t size) {
  unsigned char* to = destination;
  const unsigned char* from = source;
  for (size_t i = 0; i < size; i++)
    to[i] = from[i];
  return destination;
}

void* memmove(void* destination, const void* source, size_t size) {
  unsigned char* to = destination;
  const unsigned char* from = source;
  if ((uintptr_t)to <= (uintptr_t)from) return memcpy(destination, source, size);
  for (size_t i = size; i > 0; i--)
    to[i - 1] = from[i - 1];
  return destination;
}

int memcmp(const void* left, const void* right, size_t size) {
  const unsigned char* a = left;
  const unsigned char* b = right;
  for (size_t i = 0; i < size; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}
