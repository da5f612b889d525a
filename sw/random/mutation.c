#include "sw/random/mutation.h"

#include "sw/drivers/smmu/structures.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TABLE(name) \
  { name, COUNT(name) }

/* Fields that the drivers write as they are, and so have no name for. */
#define STE0_S1CDMax BITS(63, 59)
#define STE0_S1Fmt BITS(5, 4)
#define STE1_MEV BIT(19)
#define STE1_ALLOCCFG BITS(40, 37)
#define CD0_TG0 BITS(7, 6)
#define CD0_EPD0 BIT(14)
#define CD0_ENDI BIT(15)
#define CD0_WXN BIT(36)
#define CD0_UWXN BIT(37)
#define CD0_TBI0 BIT(38)
#define CD0_TBI1 BIT(39)
#define CD0_PAN BIT(40)
#define CD0_HD BIT(42)
#define CD0_HA BIT(43)
#define CD0_S BIT(44)

#define BEYOND_OUTPUT BIT(47) /* no address of 44 bits */

static const struct mutation stream_table_entry_rows[] = {
    {"STE.V=0", 0, STE0_V, 0},
    {"STE.Config=0", 0, STE0_Config, 0},
    {"STE.Config=1", 0, STE0_Config, 1},
    {"STE.Config=2", 0, STE0_Config, 2},
    {"STE.Config=3", 0, STE0_Config, 3},
    {"STE.Config=6", 0, STE0_Config, 6},
    {"STE.Config=7", 0, STE0_Config, 7},
    {"STE.S1STALLD=1", 1, STE1_S1STALLD, 1},
    {"STE.S1CDMax=1", 0, STE0_S1CDMax, 1},
    {"STE.S1ContextPtr=hole", 0, STE0_S1ContextPtr, MUTATION_HOLE >> 6},
    {"STE.S1ContextPtr=beyond_OAS", 0, STE0_S1ContextPtr, BEYOND_OUTPUT >> 6},
};
const struct mutations stream_table_entry_mutations = TABLE(stream_table_entry_rows);

static const struct mutation stream_table_entry_variation_rows[] = {
    {"STE.S1CIR=0", 1, STE1_S1CIR, 0}, {"STE.S1COR=3", 1, STE1_S1COR, 3},
    {"STE.S1CSH=0", 1, STE1_S1CSH, 0}, {"STE.S1DSS=0", 1, STE1_S1DSS, 0},
    {"STE.SHCFG=2", 1, STE1_SHCFG, 2}, {"STE.MEV=1", 1, STE1_MEV, 1},
    {"STE.S1Fmt=2", 0, STE0_S1Fmt, 2}, {"STE.ALLOCCFG=14", 1, STE1_ALLOCCFG, 14},
};
const struct mutations stream_table_entry_variations = TABLE(stream_table_entry_variation_rows);

static const struct mutation context_descriptor_rows[] = {
    {"CD.V=0", 0, CD0_V, 0},
    {"CD.AA64=0", 0, CD0_AA64, 0},
    {"CD.A=0", 0, CD0_A, 0},
    {"CD.S=1", 0, CD0_S, 1},
    {"CD.HA=1", 0, CD0_HA, 1},
    {"CD.HD=1", 0, CD0_HD, 1},
    {"CD.ENDI=1", 0, CD0_ENDI, 1},
    {"CD.T0SZ=15", 0, CD0_T0SZ, 15},
    {"CD.T0SZ=40", 0, CD0_T0SZ, 40},
    {"CD.TG0=3", 0, CD0_TG0, 3},
    {"CD.EPD0=1", 0, CD0_EPD0, 1},
    {"CD.EPD1=0", 0, CD0_EPD1, 0}, /* T1SZ is 0 */
    {"CD.TTB0=beyond_IPS", 1, CD1_TTB0, BEYOND_OUTPUT >> 4},
    {"CD.TTB0=hole", 1, CD1_TTB0, MUTATION_HOLE >> 4},
};
const struct mutations context_descriptor_mutations = TABLE(context_descriptor_rows);

static const struct mutation context_descriptor_variation_rows[] = {
    {"CD.IPS=0", 0, CD0_IPS, 0},   {"CD.IPS=1", 0, CD0_IPS, 1},   {"CD.IPS=7", 0, CD0_IPS, 7},
    {"CD.TBI0=1", 0, CD0_TBI0, 1}, {"CD.TBI1=1", 0, CD0_TBI1, 1}, {"CD.WXN=1", 0, CD0_WXN, 1},
    {"CD.UWXN=1", 0, CD0_UWXN, 1}, {"CD.PAN=1", 0, CD0_PAN, 1},   {"CD.ASET=0", 0, CD0_ASET, 0},
    {"CD.IR0=0", 0, CD0_IR0, 0},   {"CD.SH0=0", 0, CD0_SH0, 0},   {"CD.OR0=2", 0, CD0_OR0, 2},
};
const struct mutations context_descriptor_variations = TABLE(context_descriptor_variation_rows);

#define LEAF_VALID BIT(0)
#define LEAF_PAGE BIT(1)
#define LEAF_AttrIndx BITS(4, 2)
#define LEAF_AP BITS(7, 6)
#define LEAF_SH BITS(9, 8)
#define LEAF_AF BIT(10)
#define LEAF_nG BIT(11)
#define LEAF_PXN BIT(53)
#define LEAF_UXN BIT(54)
#define LEAF_ADDRESS BITS(47, 12)

static const struct mutation leaf_rows[] = {
    {"leaf.valid=0", 0, LEAF_VALID, 0},
    {"leaf.type=reserved", 0, LEAF_PAGE, 0},
    {"leaf.AF=0", 0, LEAF_AF, 0},
    {"leaf.AP=0", 0, LEAF_AP, 0},
    {"leaf.AP=2", 0, LEAF_AP, 2},
    {"leaf.AP=3", 0, LEAF_AP, 3},
    {"leaf.address=beyond_IPS", 0, LEAF_ADDRESS, BEYOND_OUTPUT >> 12},
    {"leaf.address=hole", 0, LEAF_ADDRESS, MUTATION_HOLE >> 12},
};
const struct mutations leaf_mutations = TABLE(leaf_rows);

static const struct mutation leaf_variation_rows[] = {
    {"leaf.AttrIndx=0", 0, LEAF_AttrIndx, 0},
    {"leaf.AttrIndx=2", 0, LEAF_AttrIndx, 2},
    {"leaf.SH=0", 0, LEAF_SH, 0},
    {"leaf.SH=2", 0, LEAF_SH, 2},
    {"leaf.nG=0", 0, LEAF_nG, 0},
    {"leaf.PXN=1", 0, LEAF_PXN, 1},
    {"leaf.UXN=1", 0, LEAF_UXN, 1},
};
const struct mutations leaf_variations = TABLE(leaf_variation_rows);

#define TABLE_VALID BIT(0)
#define TABLE_APTable BITS(62, 61)

static const struct mutation table_rows[] = {
    {"table.valid=0", 0, TABLE_VALID, 0},
    {"table.APTable=1", 0, TABLE_APTable, 1},
    {"table.APTable=2", 0, TABLE_APTable, 2},
    {"table.address=beyond_IPS", 0, LEAF_ADDRESS, BEYOND_OUTPUT >> 12},
    {"table.address=hole", 0, LEAF_ADDRESS, MUTATION_HOLE >> 12},
};
const struct mutations table_mutations = TABLE(table_rows);

uint64_t mutated(const struct mutation* mutation, uint64_t word) {
  return (word & ~mutation->field) | field_put(mutation->field, mutation->value);
}
