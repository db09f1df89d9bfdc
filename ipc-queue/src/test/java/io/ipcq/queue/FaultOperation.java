// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.codec.CodecException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.stream.Stream;

/** What an error comes up in: prepared by handles that nothing happens to, run by the one under test. */
enum FaultOperation {
    // ---- put
    PUT(s -> s.fill(2), s -> s.put(s.used()::put)),
    PUT_JSON(s -> s.fill(2), s -> s.put(s.used()::put)),
    OFFER(s -> s.fill(2), s -> s.offer(s.used()::offer)),
    OFFER_TO_FULL(s -> s.fill(2), s -> s.offer(s.used()::offer)),
    PUT_TIMING_OUT(s -> s.fill(2), s -> s.offer(e -> s.used().put(e, FaultScene.SHORT))),
    PUT_WAITING(
            s -> {
                s.fill(2);
                s.inAWhile(() -> s.takeElsewhere(1));
            },
            s -> s.put(s.used()::put)),
    PUT_ALL(s -> s.fill(2), s -> s.putAll(300, s.used()::putAll)),
    PUT_ALL_WAITING(
            s -> {
                s.fill(1);
                s.inAWhile(() -> s.takeElsewhere(4));
            },
            s -> s.putAll(4, s.used()::putAll)),
    /** Of more than is allocated so far. */
    PUT_LARGE(s -> s.fill(1), s -> {
        for (int i = 0; i < 3; i++) {
            s.putLarge(s.used()::put);
        }
    }),
    /** With a padding before it. */
    PUT_OVER_END(FaultOperation::goNearEnd, s -> s.putLarge(s.used()::put), FaultEngine.RING),
    /** Over the end of a segment. */
    PUT_OVER_SEGMENT(s -> s.fillLarge(17), s -> s.putLarge(s.used()::put), FaultEngine.JOURNAL),
    PUT_AND_SYNC(s -> s.fill(1), s -> s.put(s.used()::put), FaultEngine.JOURNAL),
    /** After one that died inside. */
    PUT_AND_REPAIR(
            s -> {
                s.fill(2);
                s.leaveMutexAsIfDead();
            },
            s -> s.put(s.used()::put)),

    // ---- take
    GET(s -> s.fill(3), s -> s.take(s.used()::get)),
    GET_JSON(s -> s.fill(3), s -> s.take(s.used()::get)),
    GET_NOW(s -> s.fill(3), s -> s.take(s.used()::getNow)),
    GET_NOTHING(s -> {}, s -> s.take(s.used()::getNow)),
    GET_TIMING_OUT(s -> {}, s -> s.take(() -> s.used().get(FaultScene.SHORT))),
    GET_WAITING(s -> s.inAWhile(() -> s.fill(1)), s -> s.take(s.used()::get)),
    GET_OVER_END(
            s -> {
                goNearEnd(s);
                s.fillLarge(1);
            },
            s -> {
                for (int i = 0; i < 2; i++) {
                    s.take(s.used()::get);
                }
            },
            FaultEngine.RING),
    /** Over the end of a segment, which is removed. */
    GET_OVER_SEGMENT(
            s -> {
                s.fillLarge(19);
                s.takeElsewhere(16);
            },
            s -> {
                for (int i = 0; i < 3; i++) {
                    s.take(s.used()::get);
                }
            },
            FaultEngine.JOURNAL),
    GET_AND_REPAIR(
            s -> {
                s.fill(3);
                s.leaveMutexAsIfDead();
            },
            s -> s.take(s.used()::get)),
    GET_UNDECODABLE(
            s -> {
                s.fillWith(PickyCodec.UNDECODABLE);
                s.fill(1);
            },
            s -> s.take(s.used()::get)),
    GET_RETURNED(
            s -> {
                s.fill(2);
                s.receiveElsewhereAndReturn();
            },
            s -> s.take(s.used()::get),
            FaultEngine.JOURNAL),
    DRAIN(s -> s.fill(30), s -> s.drain(new ArrayList<>(), 20)),
    /** Accepts ten. */
    DRAIN_TO_BOUNDED(s -> s.fill(30), s -> s.drain(new ArrayBlockingQueue<>(10), 20)),
    DRAIN_UNDECODABLE(
            s -> {
                s.fill(1);
                s.fillWith(PickyCodec.UNDECODABLE);
                s.fillWith(PickyCodec.BROKEN);
                s.fill(2);
            },
            s -> s.drain(new ArrayList<>(), 4)),
    /** Two errors: that of a codec, and what comes up when that is dealt with. */
    GET_FAILING(s -> s.fillAndFail(1), s -> s.take(s.used()::get)),
    /** With that of the first attempt before. */
    GET_FAILING_AGAIN(
            s -> {
                s.fillAndFail(2);
                s.take(s.used()::get);
            },
            s -> s.take(s.used()::get)),
    DRAIN_FAILING(s -> s.fillAndFail(1), s -> s.drain(new ArrayList<>(), 3)),
    DRAIN_FAILING_AGAIN(
            s -> {
                s.fillAndFail(2);
                s.take(s.used()::get);
            },
            s -> s.drain(new ArrayList<>(), 3)),
    /** Of what was taken before, and not handed over. */
    GET_LEFTOVER(FaultOperation::fillAndRefuse, s -> s.take(s.used()::get)),
    DRAIN_LEFTOVER(FaultOperation::fillAndRefuse, s -> s.drain(new ArrayBlockingQueue<>(1), 3)),

    // ---- leases
    RECEIVE(s -> s.fill(3), s -> s.receive(s.durable()::receive), FaultEngine.JOURNAL),
    RECEIVE_NOTHING(s -> {}, s -> s.receive(() -> s.durable().receive(FaultScene.SHORT)), FaultEngine.JOURNAL),
    RECEIVE_WAITING(s -> s.inAWhile(() -> s.fill(1)), s -> s.receive(s.durable()::receive), FaultEngine.JOURNAL),
    RECEIVE_UNDECODABLE(
            s -> {
                s.fillWith(PickyCodec.UNDECODABLE);
                s.fill(1);
            },
            s -> s.receive(s.durable()::receive),
            FaultEngine.JOURNAL),
    RECEIVE_RETURNED(
            s -> {
                s.fill(2);
                s.receiveElsewhereAndReturn();
            },
            s -> s.receive(s.durable()::receive),
            FaultEngine.JOURNAL),
    /** What a consumer holds that has gone. */
    RECEIVE_FROM_DEAD(
            s -> {
                s.fill(2);
                s.receiveElsewhereAndLeave();
            },
            s -> s.receive(s.durable()::receive),
            FaultEngine.JOURNAL),
    /** What a consumer holds that has gone, and was delivered too often. */
    BURY_FROM_DEAD(
            s -> {
                s.fill(2);
                s.receiveElsewhereAndLeave();
            },
            s -> s.receive(s.durable()::receive),
            FaultEngine.JOURNAL),
    ACK(FaultOperation::fillAndReceive, FaultScene::acknowledge, FaultEngine.JOURNAL),
    NACK(FaultOperation::fillAndReceive, FaultScene::giveBack, FaultEngine.JOURNAL),
    NACK_TOO_OFTEN(FaultOperation::fillAndReceive, FaultScene::giveBack, FaultEngine.JOURNAL),

    // ---- look
    PEEK(s -> s.fill(3), s -> s.used().peek()),
    ITERATE(s -> s.fill(3), s -> s.used().forEach(e -> {})),
    CONTAINS(s -> s.fill(3), s -> s.used().contains("nothing")),
    STATS(s -> s.fill(3), s -> {
        s.used().stats();
        s.used().qsize();
        s.used().empty();
        s.used().full();
        s.used().isShutdown();
    }),
    BROWSE(
            s -> {
                s.fill(3);
                s.receiveElsewhereAndReturn();
            },
            s -> {
                try (Stream<String> elements = s.durable().browse()) {
                    elements.forEach(e -> {});
                }
            },
            FaultEngine.JOURNAL),
    REPLAY(
            s -> {
                s.fill(3);
                s.takeElsewhere(2);
            },
            s -> {
                try (Stream<Replayed<String>> elements = s.durable().replay(0)) {
                    elements.forEach(e -> {});
                }
            },
            FaultEngine.JOURNAL),

    // ---- tasks and the end
    TASK_DONE(
            s -> {
                s.fill(1);
                s.takeElsewhere(1);
            },
            FaultScene::taskDone),
    JOIN(s -> {}, s -> s.used().join()),
    JOIN_TIMING_OUT(s -> s.fill(1), s -> s.used().join(FaultScene.SHORT)),
    JOIN_WAITING(
            s -> {
                s.fill(1);
                s.inAWhile(() -> {
                    s.takeElsewhere(1);
                    s.taskDoneElsewhere();
                });
            },
            s -> s.used().join()),
    FLUSH(s -> s.fill(3), s -> s.durable().flush(), FaultEngine.JOURNAL),
    SHUTDOWN(s -> s.fill(3), s -> s.used().shutdown()),
    OPEN(s -> s.fill(2), s -> {
        s.open();
        s.put(s.used()::put);
    }),
    /** Alone on the queue, so that opening it repairs it. */
    OPEN_AND_REPAIR(
            s -> {
                s.fill(2);
                s.leaveElsewhere();
            },
            s -> {
                s.open();
                s.put(s.used()::put);
                s.take(s.used()::get);
            }),
    OPEN_OR_CREATE(s -> {}, s -> {
        s.openOrCreate();
        s.put(s.used()::put);
    }),
    CREATE(s -> {}, s -> {
        s.create();
        s.put(s.used()::put);
    }),
    CREATE_ANONYMOUS(s -> {}, s -> {
        s.createAnonymous();
        s.put(s.used()::put);
        s.take(s.used()::get);
        s.used().close();
    }),
    CLOSE(s -> s.fill(2), s -> s.used().close()),
    CLOSE_AFTER_USE(
            s -> {
                s.fill(2);
                s.put(s.used()::put);
                s.take(s.used()::get);
            },
            s -> s.used().close()),
    /** With something that was taken and not handed over. */
    CLOSE_LEFTOVER(FaultOperation::fillAndRefuse, s -> s.used().close()),
    DELETE(
            s -> {
                s.fill(2);
                s.put(s.used()::put);
            },
            s -> s.used().delete());

    /** What is done to a scene. */
    @FunctionalInterface
    interface Step {
        void run(FaultScene scene) throws Exception;
    }

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step prepare;

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    final Step run;

    private final @org.jspecify.annotations.Nullable FaultEngine only;

    FaultOperation(Step prepare, Step run) {
        this(prepare, run, null);
    }

    FaultOperation(Step prepare, Step run, @org.jspecify.annotations.Nullable FaultEngine only) {
        this.prepare = prepare;
        this.run = run;
        this.only = only;
    }

    boolean isOf(FaultEngine engine) {
        return only == null || only == engine;
    }

    Codec<String> codec() {
        return switch (this) {
            case PUT_JSON, GET_JSON -> FaultCodec.INSTANCE;
            case GET_UNDECODABLE, RECEIVE_UNDECODABLE, DRAIN_UNDECODABLE -> PickyCodec.INSTANCE;
            case GET_FAILING, GET_FAILING_AGAIN, DRAIN_FAILING, DRAIN_FAILING_AGAIN -> new FailingCodec();
            default -> Codec.utf8();
        };
    }

    long maxSize() {
        return switch (this) {
            case OFFER_TO_FULL, PUT_TIMING_OUT, PUT_WAITING, PUT_ALL_WAITING -> 2;
            default -> Long.MAX_VALUE;
        };
    }

    int maxAttempts() {
        return this == BURY_FROM_DEAD || this == NACK_TOO_OFTEN ? 1 : 5;
    }

    private static final Set<FaultOperation> OPENING =
            EnumSet.of(OPEN, OPEN_AND_REPAIR, OPEN_OR_CREATE, CREATE, CREATE_ANONYMOUS);
    private static final Set<FaultOperation> LOOKING = EnumSet.of(PEEK, ITERATE, CONTAINS, STATS, BROWSE, REPLAY);
    private static final Set<FaultOperation> CREATING = EnumSet.of(OPEN_OR_CREATE, CREATE, CREATE_ANONYMOUS);

    /** The run opens the handle under test. */
    boolean opens() {
        return OPENING.contains(this);
    }

    /** The run creates the queue. */
    boolean creates() {
        return CREATING.contains(this);
    }

    /** The run takes nothing, so what it reports is still there. */
    boolean looks() {
        return LOOKING.contains(this);
    }

    /** The run may end the handle under test. */
    boolean closes() {
        return this == CLOSE || this == CLOSE_AFTER_USE || this == CLOSE_LEFTOVER;
    }

    private static void goNearEnd(FaultScene scene) throws Exception {
        scene.fillLarge(4);
        scene.takeElsewhere(4);
        scene.fill(3);
    }

    /** The run puts what was there before. */
    boolean putsAgain() {
        return this == CLOSE_LEFTOVER;
    }

    /** What the operation is to end with, or at least may. */
    boolean isRefusal(Throwable thrown) {
        return switch (this) {
            case GET_UNDECODABLE, RECEIVE_UNDECODABLE, DRAIN_UNDECODABLE -> thrown instanceof CodecException;
            case DRAIN_TO_BOUNDED, GET_LEFTOVER, DRAIN_LEFTOVER, CLOSE_LEFTOVER ->
                "Queue full".equals(thrown.getMessage());
            case GET_FAILING, GET_FAILING_AGAIN, DRAIN_FAILING, DRAIN_FAILING_AGAIN ->
                thrown instanceof CodecException || FailingCodec.Failure.NO_CLASS.is(thrown);
            default -> false;
        };
    }

    private static void fillAndRefuse(FaultScene scene) throws Exception {
        scene.fill(3);
        scene.drain(new ArrayBlockingQueue<>(1), 3);
    }

    private static void fillAndReceive(FaultScene scene) throws Exception {
        scene.fill(2);
        scene.receive(scene.durable()::receive);
    }

    static List<FaultOperation> of(FaultEngine engine) {
        return Stream.of(values()).filter(operation -> operation.isOf(engine)).toList();
    }
}
