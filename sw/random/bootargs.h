/* The command line that the machine was given: property `bootargs` of /chosen in a flattened device
 * tree. Devicetree Specification 0.4, chapter 5 and section 3.6. */
#ifndef SW_RANDOM_BOOTARGS_H
#define SW_RANDOM_BOOTARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies it, with its terminating zero, from the tree at this physical address; one that is longer
 * is cut. False without a tree, without the property, or when the tree ends too early. */
bool bootargs_read(uint64_t tree, char* into, size_t size);
/* The decimal number after `key` and "=", where that is a word of the command line. */
bool bootargs_number(const char* arguments, const char* key, uint64_t* value);

#ifdef __cplusplus
}
#endif

#endif
