// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LastingThreadTest {

    @Test
    void shouldKeepNothingOfWhoNeededItFirst() throws InterruptedException {
        AtomicReference<Thread> made = new AtomicReference<>();
        ThreadGroup group = new ThreadGroup("of an application");
        Thread first = new Thread(group, () -> made.set(LastingThread.make(() -> {}, "lasting")));
        first.start();
        first.join();
        assertThat(made.get().getThreadGroup().getParent()).isNull();
        assertThat(made.get().getContextClassLoader()).isNull();
    }
}
