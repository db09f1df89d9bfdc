// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.manager.wire.Protocol;
import io.ipcq.manager.wire.Receipt;
import io.ipcq.manager.wire.RpcException;
import io.ipcq.queue.QueueShutdownException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever fails, and at whatever element: what was taken is in the answer, or goes back, each once. */
class BatchTest {

    private static final int ELEMENTS = 4;

    /** How something may fail. */
    private enum Failure {
        EXCEPTION(IllegalStateException::new),
        ERROR(OutOfMemoryError::new),
        INTERRUPT(InterruptedException::new),
        SHUTDOWN(() -> new QueueShutdownException("made by a test")),
        UNDECODED(() -> new RpcException(Protocol.STATE, "made by a test")),
        LIMIT(() -> new RpcException(Protocol.LIMIT, "made by a test"));

        private final Callable<Throwable> maker;

        Failure(Callable<Throwable> maker) {
            this.maker = maker;
        }

        void come() {
            try {
                BatchTest.<RuntimeException>sneak(maker.call());
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                BatchTest.<RuntimeException>sneak(e);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void sneak(Throwable failure) throws X {
        throw (X) failure;
    }

    private final List<Integer> taken = new ArrayList<>();
    private final List<Integer> settled = new ArrayList<>();

    static Stream<Arguments> failures() {
        return Stream.of(Failure.values())
                .flatMap(failure -> Stream.of(true, false)
                        .filter(source -> source || failure != Failure.INTERRUPT)
                        .flatMap(source -> Stream.iterate(1, at -> at <= ELEMENTS, at -> at + 1)
                                .map(at -> Arguments.of(failure, source, at))));
    }

    @AfterEach
    void forgetInterrupt() {
        Thread.interrupted();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldForgetNothingWhenOneFails(Failure failure, boolean inSource, int at) {
        Batch.Way<Integer> way = new Batch.Way<>(
                element -> 1,
                (element, reading) -> {
                    if (!inSource && element == at) {
                        failure.come();
                    }
                    return element;
                },
                settled::add,
                settled::add,
                settled::add,
                settled::add,
                settled::add);
        try {
            Batch.take(
                            ELEMENTS,
                            new AnswerSize(1 << 20),
                            () -> {
                                if (inSource && taken.size() + 1 == at) {
                                    failure.come();
                                }
                                taken.add(taken.size() + 1);
                                return taken.size();
                            },
                            way,
                            null,
                            new ArrayList<>())
                    .arrived(new Receipt());
        } catch (Throwable told) {
            assertThat(told).isInstanceOfAny(Exception.class, OutOfMemoryError.class);
        }
        assertThat(settled).containsExactlyInAnyOrderElementsOf(taken);
    }
}
