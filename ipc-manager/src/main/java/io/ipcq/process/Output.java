// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

/** Where a child's standard output and standard error go. */
public enum Output {

    /** To the parent's own, written by the child itself: what it prints is seen whatever happens to the parent. */
    INHERIT,

    /** To the parent's {@link System#out} and {@link System#err}, each line with the child's name before it. */
    PREFIXED,

    /** Nowhere. */
    DISCARD
}
