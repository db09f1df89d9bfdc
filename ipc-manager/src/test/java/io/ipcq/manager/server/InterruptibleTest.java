// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** An interrupt reaches what it is meant for, and nothing that the thread does before or after it. */
class InterruptibleTest {

    private final Interruptible part = new Interruptible();

    @Test
    void shouldInterruptWithinOnly() {
        part.interrupt();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        part.begin();
        part.interrupt();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        part.end();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        part.interrupt();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
