// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import io.ipcq.queue.QueueAddress;
import io.ipcq.queue.QueueStorageException;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What a failure of Kafka means to who has a queue there: what was found, and what to set. */
final class KafkaFailures {

    private KafkaFailures() {}

    /** Of a queue that could not be opened. */
    static IOException opening(QueueAddress address, String what, Throwable failure) {
        return new IOException(what + ": address=" + address + ": " + explained(failure), failure);
    }

    /** Of a queue that was open. */
    static QueueStorageException later(QueueAddress address, String what, Throwable failure) {
        return new QueueStorageException(what + ": address=" + address + ": " + explained(failure), failure);
    }

    private static String explained(Throwable failure) {
        String found = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return found + advice(failure);
    }

    private static String advice(Throwable failure) {
        if (failure instanceof UnsupportedVersionException) {
            return "; the brokers are too old: they have to be of version 4.4 or newer";
        }
        if (failure instanceof AuthenticationException) {
            return "; the brokers do not take who this is: set security.protocol, sasl.* and ssl.* in the file that ?config= names";
        }
        if (failure instanceof AuthorizationException) {
            return "; this user may not do that: docs/many-machines.md has the rights that a queue needs";
        }
        if (failure instanceof GroupMaxSizeReachedException) {
            return "; each element that is out takes a consumer: raise group.share.max.size of the brokers, or acknowledge sooner";
        }
        if (failure instanceof InvalidReplicationFactorException) {
            return "; there are fewer brokers than copies: set ?replicas=";
        }
        if (failure instanceof UnknownTopicOrPartitionException || failure instanceof UnknownTopicIdException) {
            return "; the broker that was asked has not heard of a topic of the queue, and nobody has said that it is"
                    + " gone: try again";
        }
        if (failure instanceof TimeoutException || failure instanceof DisconnectException) {
            return "; no broker answered: check the address, whether the brokers run, and whether they want TLS or SASL (?config=)";
        }
        return "";
    }

    /**
     * Waits for an answer, which comes within the timeout of the client. An interrupt does not end that, and stays.
     *
     * @throws KafkaAnswer with what the cluster objects to
     */
    static <T> T answer(KafkaFuture<T> future) throws KafkaAnswer {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new KafkaAnswer(e.getCause() == null ? e : e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What a cluster objects to; {@link #getCause} is Kafka's own. */
    static final class KafkaAnswer extends Exception {

        private static final long serialVersionUID = 1L;

        private final Throwable objection;

        KafkaAnswer(Throwable objection) {
            super(objection);
            this.objection = objection;
        }

        Throwable objection() {
            return objection;
        }

        boolean is(Class<? extends Throwable> kind) {
            return kind.isInstance(objection);
        }
    }
}
