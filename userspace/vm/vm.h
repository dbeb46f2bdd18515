/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic vm: a command in a virtual machine that has a card.
 */
#ifndef FN_VM_H
#define FN_VM_H

/* vm.c */
int fn_vm(int argc, char **argv);

#endif /* FN_VM_H */
