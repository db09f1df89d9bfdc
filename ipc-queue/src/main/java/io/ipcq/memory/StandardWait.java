// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

/** The strategies that there are; an enum, so that what arrives in another process is the same object. */
enum StandardWait implements WaitStrategy {
    BLOCKING,
    SPINNING,
    BACKOFF
}
