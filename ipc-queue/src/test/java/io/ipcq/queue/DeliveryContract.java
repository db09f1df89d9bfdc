// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a {@link Delivery} of every engine does that has deliveries. */
abstract class DeliveryContract {

    static final Duration LONG = Duration.ofSeconds(60);

    private DurableQueue<String> queue;

    /** A queue of texts, with the options that it has unless told otherwise. */
    abstract DurableQueue<String> create() throws IOException;

    @BeforeEach
    void createQueue() throws IOException {
        queue = create();
    }

    @AfterEach
    void closeQueue() {
        queue.close();
    }

    /** How an element is settled. */
    private interface Way {
        boolean settle(Delivery<String> delivery);
    }

    private static final List<Way> WAYS =
            List.of(Delivery::ack, Delivery::take, Delivery::nack, Delivery::release, d -> d.nack(Duration.ZERO));

    @Test
    void shouldBeSettledOnce() throws InterruptedException {
        for (Way way : WAYS) {
            queue.put("a");
            Delivery<String> delivery = queue.receive();
            assertThat(way.settle(delivery)).isTrue();
            assertThat(WAYS).noneMatch(again -> again.settle(delivery));
            assertThat(delivery.renew()).isFalse();
            while (!queue.empty()) {
                queue.receive().ack();
            }
        }
    }

    @Test
    void shouldCountNoAttemptThatWasReleased() throws InterruptedException {
        queue.put("a");
        int limit = queue.options().maxAttempts();
        for (int round = 0; round < 2 * limit; round++) {
            Delivery<String> delivery = queue.receive();
            assertThat(delivery.attempts()).isEqualTo(1);
            assertThat(delivery.release()).isTrue();
        }
        assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
        for (int round = 0; round < 2 * limit; round++) {
            Delivery<String> delivery = queue.receive();
            assertThat(delivery.attempts()).isEqualTo(2);
            assertThat(delivery.release()).isTrue();
        }
        Delivery<String> last = queue.receive();
        assertThat(last.value()).isEqualTo("a");
        assertThat(last.ack()).isTrue();
        assertThat(queue.join(LONG)).isTrue();
    }

    /** After the last attempt, too: that it failed is not said. */
    @Test
    void shouldReleaseLastAttempt() throws InterruptedException {
        queue.put("a");
        int limit = queue.options().maxAttempts();
        for (int attempt = 1; attempt < limit; attempt++) {
            assertThat(queue.receive().nack(Duration.ZERO)).isTrue();
        }
        assertThat(queue.receive().release()).isTrue();
        Delivery<String> again = queue.receive();
        assertThat(again.attempts()).isEqualTo(limit);
        assertThat(again.ack()).isTrue();
    }

    @Test
    void shouldWakeWhoWaitsByRelease() throws InterruptedException {
        queue.put("a");
        Delivery<String> delivery = queue.receive();
        Task<Delivery<String>> waiting = Task.start(queue::receive).expectToWait();
        assertThat(delivery.release()).isTrue();
        assertThat(waiting.await().ack()).isTrue();
    }

    @Test
    void shouldDeliverReleasedBeforeAllOthers() throws InterruptedException {
        queue.putAll(List.of("a", "b", "c"));
        Delivery<String> a = queue.receive();
        Delivery<String> b = queue.receive();
        assertThat(b.release()).isTrue();
        assertThat(a.release()).isTrue();
        for (String element : List.of("a", "b", "c")) {
            assertThat(queue.get()).isEqualTo(element);
        }
    }

    @Test
    void shouldNotBeOverBeforeReleasedElementIsDone() throws InterruptedException {
        queue.put("a");
        Delivery<String> delivery = queue.receive();
        queue.shutdown();
        assertThat(delivery.release()).isTrue();
        assertThat(queue.receive().ack()).isTrue();
        assertThatThrownBy(queue::receive).isInstanceOf(QueueShutdownException.class);
    }
}
