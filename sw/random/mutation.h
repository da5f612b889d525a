/* What is written wrong, a field at a time, and what is written otherwise though legal. One table a
 * structure; a row names the field as its specification does. */
#ifndef SW_RANDOM_MUTATION_H
#define SW_RANDOM_MUTATION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mutation {
  const char* name; /* "STE.Config=6" */
  unsigned word;    /* doubleword of the structure */
  uint64_t field;   /* bits of it */
  uint64_t value;   /* of the field */
};

struct mutations {
  const struct mutation* rows;
  unsigned count;
};

/* A physical address where there is nothing: an access is answered with an error. */
#define MUTATION_HOLE UINT64_C(0x09400000)

/* Each ends every transaction of the stream. IHI 0070, section 5.2. */
extern const struct mutations stream_table_entry_mutations;
/* Legal ones of the stream table entry; nothing faults. */
extern const struct mutations stream_table_entry_variations;
/* Each ends every transaction by the context descriptor. Section 5.4. */
extern const struct mutations context_descriptor_mutations;
/* The same, legal. */
extern const struct mutations context_descriptor_variations;
/* Of the descriptor of a page or block. DDI 0487, sections D8.3 and D8.4. */
extern const struct mutations leaf_mutations;
/* Legal ones: attributes that data doesn't show. */
extern const struct mutations leaf_variations;
/* Of the descriptor of the table that a page is in. */
extern const struct mutations table_mutations;

/* The word with the row's field. */
uint64_t mutated(const struct mutation* mutation, uint64_t word);

#ifdef __cplusplus
}
#endif

#endif
