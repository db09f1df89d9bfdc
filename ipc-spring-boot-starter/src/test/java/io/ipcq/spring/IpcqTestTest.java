// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.SharedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** A test of an application's listener, as users write it. */
@IpcqTest(IpcqTestTest.Echo.class)
@TestPropertySource(
        properties = {
            "ipcq.queue.questions.kind=memory",
            "ipcq.queue.questions.type=java.lang.Long",
            "ipcq.queue.answers.kind=memory",
            "ipcq.queue.answers.type=java.lang.String",
            "ipcq.pool.workers=1"
        })
class IpcqTestTest {

    @Autowired
    private SharedQueue<Long> questions;

    @Autowired
    private SharedQueue<String> answers;

    @Autowired
    private ProcessPool pool;

    /** As in an application: with processes. */
    static final class Echo {

        private final SharedQueue<String> answers;

        Echo(SharedQueue<String> answers) {
            this.answers = answers;
        }

        @QueueListener(queue = "questions", processes = "1")
        void answer(Long question) throws InterruptedException {
            answers.put(question + " in " + ProcessHandle.current().pid());
        }
    }

    @AfterAll
    static void forget() {
        System.clearProperty(IpcqTest.CHILDREN);
    }

    @Test
    void shouldCallListenerAndPoolInThisJvm() throws Exception {
        questions.put(1L);
        assertThat(answers.get()).isEqualTo("1 in " + ProcessHandle.current().pid());
        long worker = pool.apply(() -> ProcessHandle.current().pid());
        assertThat(worker).isEqualTo(ProcessHandle.current().pid());
    }
}
