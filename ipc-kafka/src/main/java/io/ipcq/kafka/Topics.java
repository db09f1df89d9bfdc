// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.kafka.KafkaFailures.answer;

import io.ipcq.kafka.KafkaFailures.KafkaAnswer;
import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topics and the share group of one queue, by the admin client. Thread-safe. */
final class Topics {

    /*
     * Idea. A queue is three topics of one partition each: its elements, its dead letters (the broker writes those), and its ledger. One
     * partition, as every consumer of a share group then has it: with as many partitions as consumers each would have an owner, and what a
     * dead owner had would wait for the session timeout, 45 s or more.
     *
     * Nothing is removed by time. What all consumers have done with is removed up to the first element that is not.
     *
     * The group begins at the first element. It is told so twice: by its configuration, for good; and, by who made the ledger, as an
     * offset, so that the first consumer need not wait for the group to find out, and the number of elements is known before.
     */

    /** What a record has around an element, at most. */
    static final int AROUND_ELEMENT_BYTES = 16 << 10;

    private static final String LEDGER = ".ipcq";
    private static final String DEAD = "dlq.";
    private static final int COPIES = 3;

    /** Dead letters are the broker's own from this version of the feature on. */
    private static final int WITH_DEAD_LETTERS = 2;

    private final Admin admin;
    private final QueueAddress address;
    private final String name;
    private final long patienceNanos;

    /** Kafka's own of the ledger: a queue that takes the name of a deleted one has another. */
    private volatile @Nullable String id;

    Topics(Clients clients, Admin admin, String name) {
        this.admin = admin;
        this.address = clients.address();
        this.patienceNanos = clients.patienceNanos();
        this.name = name;
    }

    String elements() {
        return name;
    }

    String ledger() {
        return name + LEDGER;
    }

    /** Those of dead letters come back to themselves: there is no third place. */
    String deadLetters() {
        return name.startsWith(DEAD) ? name : DEAD + name;
    }

    /** By which a queue is told from another that has its name. */
    String id() {
        return Objects.requireNonNull(id, "the queue has not been looked for");
    }

    /** Each queue has one of its own: consumers of a deleted one may still be there. */
    String group() {
        return name + "." + id();
    }

    TopicPartition partition() {
        return new TopicPartition(elements(), 0);
    }

    // ---- opening ----------------------------------------------------------------------------------------------------

    /** @throws IOException if the brokers cannot be reached, refuse, or have no share groups with dead letters */
    void requireBrokers() throws IOException {
        Map<String, FinalizedVersionRange> features;
        try {
            features = answer(admin.describeFeatures().featureMetadata()).finalizedFeatures();
        } catch (KafkaAnswer e) {
            throw KafkaFailures.opening(address, "the cluster cannot be used", e.objection());
        }
        FinalizedVersionRange share = features.get("share.version");
        int version = share == null ? 0 : share.maxVersionLevel();
        if (version < WITH_DEAD_LETTERS) {
            throw new IOException("the cluster has no share groups with dead letters: address=" + address
                    + ", share.version=" + version + "; upgrade the brokers to 4.4 or newer, then run kafka-features.sh"
                    + " upgrade --feature share.version=" + WITH_DEAD_LETTERS);
        }
    }

    /** Whether there is the ledger of a queue. */
    boolean exist() throws IOException {
        TopicDescription found = describe(ledger());
        if (found == null) {
            return false;
        }
        TopicDescription elements = describe(elements());
        if (elements != null && elements.partitions().size() != 1) {
            throw new IOException("the topic is no queue, as it has several partitions: topic=" + elements()
                    + ", partitions=" + elements.partitions().size() + ", address=" + address);
        }
        id = found.topicId().toString();
        return true;
    }

    private @Nullable TopicDescription describe(String topic) throws IOException {
        try {
            return answer(Objects.requireNonNull(
                    admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
        } catch (KafkaAnswer e) {
            if (e.is(UnknownTopicOrPartitionException.class)) {
                return null;
            }
            throw KafkaFailures.opening(address, "the queue cannot be looked for", e.objection());
        }
    }

    private void awaitLedger() throws IOException {
        long deadline = System.nanoTime() + patienceNanos;
        while (!exist()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("the ledger of the queue was made and is not to be seen: address=" + address);
            }
            pause();
        }
    }

    /**
     * Makes what is missing of the topics.
     *
     * @return whether this process made the ledger: then it is to begin the group, and to write the first line
     */
    boolean make(KafkaOptions options) throws IOException {
        short copies = copies();
        List<NewTopic> topics = new ArrayList<>();
        topics.add(topic(elements(), copies, keptForEver(options)));
        if (!deadLetters().equals(elements())) {
            Map<String, String> dead = keptForEver(options);
            dead.put("errors.deadletterqueue.group.enable", "true");
            topics.add(topic(deadLetters(), copies, dead));
        }
        for (NewTopic each : topics) {
            make(each);
        }
        // last, as it says that the others are there
        boolean mine = make(topic(ledger(), copies, Map.of("cleanup.policy", "compact")));
        awaitLedger();
        return mine;
    }

    /** Makes the group, before anybody takes. */
    void begin(KafkaOptions options) throws IOException {
        configureGroup(options);
        beginAtFirstElement();
    }

    private static Map<String, String> keptForEver(KafkaOptions options) {
        return new HashMap<>(Map.of(
                "cleanup.policy",
                "delete",
                "retention.ms",
                "-1",
                "retention.bytes",
                "-1",
                "max.message.bytes",
                Integer.toString(options.maxElementBytes() + AROUND_ELEMENT_BYTES)));
    }

    private static NewTopic topic(String topic, short copies, Map<String, String> configs) {
        Map<String, String> all = new HashMap<>(configs);
        all.put("min.insync.replicas", Integer.toString(Math.max(1, copies - 1)));
        return new NewTopic(topic, Optional.of(1), Optional.of(copies)).configs(all);
    }

    private boolean make(NewTopic topic) throws IOException {
        try {
            answer(admin.createTopics(List.of(topic)).all());
            return true;
        } catch (KafkaAnswer e) {
            if (e.is(TopicExistsException.class)) {
                return false;
            }
            throw KafkaFailures.opening(address, "the queue cannot be made: topic=" + topic.name(), e.objection());
        }
    }

    private short copies() throws IOException {
        String asked = address.parameter("replicas").orElse(null);
        if (asked != null) {
            try {
                return Short.parseShort(asked);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "replicas is a number: address=" + address + ", replicas=" + asked, e);
            }
        }
        try {
            return (short)
                    Math.min(COPIES, answer(admin.describeCluster().nodes()).size());
        } catch (KafkaAnswer e) {
            throw KafkaFailures.opening(address, "the cluster cannot be looked at", e.objection());
        }
    }

    private void configureGroup(KafkaOptions options) throws IOException {
        try {
            alterGroup(Map.of(
                    "share.auto.offset.reset",
                    "earliest",
                    "share.delivery.count.limit",
                    Integer.toString(options.maxAttempts()),
                    "errors.deadletterqueue.topic.name",
                    deadLetters(),
                    "errors.deadletterqueue.copy.record.enable",
                    "true"));
        } catch (KafkaAnswer e) {
            throw KafkaFailures.opening(
                    address, "the group of the queue cannot be configured: group=" + group(), e.objection());
        }
    }

    /** @throws KafkaAnswer if the brokers refuse */
    void limitAttempts(int attempts) throws KafkaAnswer {
        alterGroup(Map.of("share.delivery.count.limit", Integer.toString(attempts)));
    }

    private void alterGroup(Map<String, String> configs) throws KafkaAnswer {
        List<AlterConfigOp> changes = configs.entrySet().stream()
                .map(each ->
                        new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        answer(admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group()), changes))
                .all());
    }

    /** The topic may not be known everywhere yet. */
    private void beginAtFirstElement() throws IOException {
        long deadline = System.nanoTime() + patienceNanos;
        while (true) {
            try {
                answer(admin.alterShareGroupOffsets(group(), Map.of(partition(), 0L))
                        .all());
                return;
            } catch (KafkaAnswer e) {
                boolean soon = e.is(RetriableException.class) || e.is(UnknownTopicOrPartitionException.class);
                if (!soon || System.nanoTime() - deadline >= 0) {
                    throw KafkaFailures.opening(
                            address, "the group of the queue cannot be begun: group=" + group(), e.objection());
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- while it is open -------------------------------------------------------------------------------------------

    /**
     * Where a queue stands.
     *
     * @param first the first element that is not done with
     * @param end the number of the next element
     * @param unfinished elements that wait or are out
     */
    record Place(long first, long end, long unfinished) {}

    /** @throws KafkaAnswer if the brokers refuse; with {@link UnknownTopicOrPartitionException} if the queue was deleted */
    Place place() throws KafkaAnswer {
        long begin = offset(OffsetSpec.earliest());
        long end = offset(OffsetSpec.latest());
        SharePartitionOffsetInfo group = progress();
        if (group == null) {
            return new Place(begin, end, end - begin);
        }
        long first = Math.max(begin, group.startOffset());
        return new Place(first, end, group.lag().orElse(end - first));
    }

    private long offset(OffsetSpec which) throws KafkaAnswer {
        KafkaFuture<ListOffsetsResultInfo> offset =
                admin.listOffsets(Map.of(partition(), which)).partitionResult(partition());
        return answer(offset).offset();
    }

    private @Nullable SharePartitionOffsetInfo progress() throws KafkaAnswer {
        try {
            return answer(admin.listShareGroupOffsets(Map.of(
                                    group(), new ListShareGroupOffsetsSpec().topicPartitions(List.of(partition()))))
                            .partitionsToOffsetInfo(group()))
                    .get(partition());
        } catch (KafkaAnswer e) {
            if (e.is(GroupIdNotFoundException.class)) {
                return null;
            }
            throw e;
        }
    }

    /** Removes what comes before the first element that is not done with. */
    void trim() throws KafkaAnswer {
        long first = place().first();
        if (first > offset(OffsetSpec.earliest())) {
            answer(admin.deleteRecords(Map.of(partition(), RecordsToDelete.beforeOffset(first)))
                    .all());
        }
    }

    /** Removes the queue, for everyone. What is gone already is no failure. */
    void delete() throws KafkaAnswer {
        for (String topic : List.of(elements(), ledger())) {
            try {
                answer(admin.deleteTopics(List.of(topic)).all());
            } catch (KafkaAnswer e) {
                if (!e.is(UnknownTopicOrPartitionException.class)) {
                    throw e;
                }
            }
        }
        try {
            answer(admin.deleteShareGroups(List.of(group())).all());
        } catch (KafkaAnswer e) {
            // others are leaving it; without its topic it is nothing
        }
    }

    /** How many consumers the group has. */
    int members() throws KafkaAnswer {
        try {
            return answer(Objects.requireNonNull(admin.describeShareGroups(List.of(group()))
                            .describedGroups()
                            .get(group())))
                    .members()
                    .size();
        } catch (KafkaAnswer e) {
            if (e.is(GroupIdNotFoundException.class)) {
                return 0;
            }
            throw e;
        }
    }
}
