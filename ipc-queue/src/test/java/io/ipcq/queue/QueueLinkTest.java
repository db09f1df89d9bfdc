// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueLinkTest {

    @TempDir
    Path directory;

    @Test
    void shouldAttachToTheSameQueue() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(directory.resolve("a b"), String.class);
                SharedQueue<?> attached = QueueLink.open(link(queue))) {
            queue.put("text");

            assertThat(attached.get()).isEqualTo("text");
            assertThat(attached.directory()).isEqualTo(queue.directory());
        }
    }

    @Test
    void shouldKeepCodecAndWaitStrategy() throws Exception {
        for (WaitStrategy strategy :
                new WaitStrategy[] {WaitStrategy.blocking(), WaitStrategy.spinning(), WaitStrategy.backoff()}) {
            try (SharedQueue<byte[]> queue = SharedQueue.builder(Codec.bytes())
                            .waitStrategy(strategy)
                            .create();
                    SharedQueue<?> attached = QueueLink.open(link(queue))) {
                assertThat(((RingQueue<?>) attached).codec()).isSameAs(Codec.bytes());
                assertThat(((RingQueue<?>) attached).waitStrategy()).isSameAs(strategy);
            }
        }
    }

    @Test
    void shouldHaveNoneWhereTheCodecCannotBeNamed() throws Exception {
        try (SharedQueue<Integer> queue = SharedQueue.create(Integer.class)) {
            assertThat(QueueLink.of(queue)).isNull();
        }
    }

    @Test
    void shouldRefuseClosedQueue() throws Exception {
        SharedQueue<String> queue = SharedQueue.create(String.class);
        queue.close();

        assertThatThrownBy(() -> QueueLink.of(queue)).isInstanceOf(QueueClosedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "blocking",
                "blocking utf8",
                "blocking utf8 1f",
                "sometimes utf8 1f /tmp",
                "blocking json 1f /tmp",
                "blocking utf8 /tmp /tmp"
            })
    void shouldRefuseOtherText(String text) {
        assertThatThrownBy(() -> QueueLink.open(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("link=" + text);
    }

    @Test
    void shouldTellThatTheQueueIsGone() throws Exception {
        SharedQueue<String> queue = SharedQueue.create(String.class);
        String link = link(queue);
        queue.close();

        assertThatThrownBy(() -> QueueLink.open(link))
                .isInstanceOf(IOException.class)
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldNotAttachToQueueThatTookItsPlace() throws Exception {
        Path place = directory.resolve("orders");
        SharedQueue<String> queue = SharedQueue.create(place, String.class);
        String link = link(queue);
        queue.delete();

        try (SharedQueue<String> another = SharedQueue.create(place, String.class)) {
            assertThatThrownBy(() -> QueueLink.open(link)).isInstanceOf(NoSuchFileException.class);
            assertThat(another.stats().members()).isEqualTo(1);
        }
    }

    private static String link(SharedQueue<?> queue) {
        return Objects.requireNonNull(QueueLink.of(queue), "it has a link");
    }
}
