// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static io.ipcq.kafka.KafkaFailures.answer;

import io.ipcq.kafka.KafkaFailures.KafkaAnswer;
import io.ipcq.memory.Deadline;
import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AbstractOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DeleteRecordsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The topics and the share group of one queue, by the admin client. Thread-safe. */
final class Topics {

    /*
     * Idea. A queue is three topics of one partition each: its ledger, its elements, and its dead letters (the broker
     * writes those). The ledger has the name of the queue. The others, and the group, have Kafka's id of the ledger in
     * their names too: a process that slept while the queue was deleted and made anew finds nothing of the new one
     * under the names that it knows. One partition, as every consumer of a share group then has it: with as many
     * partitions as consumers each would have an owner, and what a dead owner had would wait for the session timeout,
     * 45 s or more.
     *
     * Nothing is removed by time. What all consumers have done with is removed up to the first element that is not.
     *
     * The group begins at the first element. It is told so twice: by its configuration, for good; and, by who made the
     * ledger, as an offset, so that the first consumer need not wait for the group to find out, and the number of
     * elements is known before.
     *
     * What a broker says of a topic may be old: it hears of what was made and removed a moment later, or, cut off from
     * the controller, not at all. That a queue is gone is for good, so only the controller is believed: it is asked
     * whether it would make a topic of that name. The names of the others have the id of the ledger, so its answer
     * concerns this queue, and none that has its name. The topic of dead letters has the same name for each ledger that
     * they have had: of those nobody says which is the newer one.
     */

    /** What a record has around an element, at most. */
    static final int AROUND_ELEMENT_BYTES = 16 << 10;

    private static final String LEDGER = ".ipcq";
    private static final String DEAD = "dlq.";
    private static final int COPIES = 3;

    /** Dead letters are the broker's own from this version of the feature on. */
    private static final int WITH_DEAD_LETTERS = 2;

    private final Clients clients;
    private final Admin admin;
    private final QueueAddress address;
    private final String name;

    /** Kafka's own of the ledger: a queue that takes the name of a deleted one has another. */
    private volatile @Nullable Uuid id;

    Topics(Clients clients, Admin admin, String name) {
        this.clients = clients;
        this.admin = admin;
        this.address = clients.address();
        this.name = name;
    }

    /** Of the queue; that of dead letters begins with {@code dlq.}, and is that of their topic. */
    String name() {
        return name;
    }

    String ledger() {
        return name + LEDGER;
    }

    String elements() {
        return elementsOf(uuid());
    }

    private String elementsOf(Uuid ledger) {
        return isOfLetters() ? name : name + "." + ledger;
    }

    /** Those of dead letters come back to themselves: there is no third place. */
    String deadLetters() {
        return isOfLetters() ? name : DEAD + group();
    }

    private boolean isOfLetters() {
        return name.startsWith(DEAD);
    }

    /** By which a queue is told from another that has its name. */
    String id() {
        return uuid().toString();
    }

    private Uuid uuid() {
        return Objects.requireNonNull(id, "the queue has not been looked for");
    }

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
        try {
            id = found();
            return id != null;
        } catch (KafkaAnswer e) {
            throw KafkaFailures.opening(address, "the queue cannot be looked for", e.objection());
        }
    }

    /** Whether a broker has heard of the ledger and of the elements. */
    boolean isThere() throws KafkaAnswer {
        Map<String, KafkaFuture<TopicDescription>> both = described(ledger(), elements());
        return uuid().equals(id(both, ledger())) && id(both, elements()) != null;
    }

    /** Whether the queue is gone for certain, or a part of it, and perhaps another has its name. */
    boolean isGone() throws KafkaAnswer {
        if (isThere()) {
            return false;
        }
        return whetherMade(elements()) == Made.NO || whetherMade(ledger()) == Made.NO || isReplaced();
    }

    /**
     * Whether the ledger that a broker tells of is another one, and in use. It may be an old one, if the broker has not
     * heard of its end: that has no elements.
     */
    private boolean isReplaced() throws KafkaAnswer {
        if (isOfLetters()) {
            return false;
        }
        Uuid told = found();
        return told != null && !told.equals(uuid()) && whetherMade(elementsOf(told)) == Made.YES;
    }

    /** Whether a broker tells of another ledger, or of none. */
    boolean isLedgerGone() throws KafkaAnswer {
        return !uuid().equals(found());
    }

    /** Whether there is the ledger of a queue of this name, although the broker that was asked has not heard of it. */
    boolean isLedgerMade() {
        return whetherMade(ledger()) == Made.YES;
    }

    long patienceNanos() {
        return clients.patienceNanos();
    }

    /** What is known of a queue that no broker tells of, and that nobody says is gone. */
    String unheardOf() {
        return "no broker tells of a topic of the queue, and none says that it is gone: address=" + address
                + ", topics=" + ledger() + ", " + elements() + "; brokers that were away hear of it later: try again";
    }

    /** What the controller says of a topic. */
    private enum Made {
        YES,
        NO,

        /** The controller cannot be asked, or not by this user, who may not make topics. */
        UNKNOWN
    }

    /** The controller looks for the name first: what else it objects to, it objects to making what is not there. */
    private Made whetherMade(String topic) {
        NewTopic likeIt = new NewTopic(topic, Optional.of(1), Optional.of((short) 1));
        try {
            answer(admin.createTopics(List.of(likeIt), new CreateTopicsOptions().validateOnly(true))
                    .all());
            return Made.NO;
        } catch (KafkaAnswer e) {
            if (e.is(TopicExistsException.class)) {
                return Made.YES;
            }
            boolean free = e.is(PolicyViolationException.class) || e.is(InvalidReplicationFactorException.class);
            return free ? Made.NO : Made.UNKNOWN;
        }
    }

    private @Nullable Uuid found() throws KafkaAnswer {
        return id(described(ledger()), ledger());
    }

    private Map<String, KafkaFuture<TopicDescription>> described(String... topics) {
        return admin.describeTopics(List.of(topics)).topicNameValues();
    }

    /** Null if there is no such topic. */
    private static @Nullable Uuid id(Map<String, KafkaFuture<TopicDescription>> answers, String topic)
            throws KafkaAnswer {
        try {
            return answer(Objects.requireNonNull(answers.get(topic))).topicId();
        } catch (KafkaAnswer e) {
            if (e.is(UnknownTopicOrPartitionException.class)) {
                return null;
            }
            throw e;
        }
    }

    /** Until a broker has heard of it. */
    void awaitLedger() throws IOException {
        long deadline = System.nanoTime() + patienceNanos();
        while (!exist()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("the ledger of the queue was made, and no broker tells of it yet: address="
                        + address + ", topic=" + ledger() + "; try again");
            }
            pause();
        }
    }

    /**
     * Makes the ledger; whether it was this process that did: then it is to make the others, and to write the first
     * line.
     */
    boolean makeLedger() throws IOException {
        boolean mine = make(topic(ledger(), copies(), Map.of("cleanup.policy", "compact")));
        awaitLedger();
        return mine;
    }

    /** Makes what is missing of the other topics, and the group, before anybody takes. */
    void makeOthers(KafkaOptions options) throws IOException {
        short copies = copies();
        make(topic(elements(), copies, keptForEver(options)));
        if (!isOfLetters()) {
            makeForLetters(options, copies);
        }
        configureGroup(options);
        beginAtFirstElement();
    }

    private void makeForLetters(KafkaOptions options, short copies) throws IOException {
        Map<String, String> dead = keptForEver(options);
        dead.put("errors.deadletterqueue.group.enable", "true");
        make(topic(deadLetters(), copies, dead));
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
        long deadline = System.nanoTime() + patienceNanos();
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

    static void pause() {
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

    /**
     * @throws KafkaAnswer if the brokers refuse; with {@link UnknownTopicOrPartitionException} if the queue was deleted
     */
    Place place() throws KafkaAnswer {
        return place(Deadline.NEVER);
    }

    /** All is asked at once, as each answer takes its time. */
    private Place place(long deadline) throws KafkaAnswer {
        KafkaFuture<ListOffsetsResultInfo> earliest = offset(OffsetSpec.earliest(), deadline);
        KafkaFuture<ListOffsetsResultInfo> latest = offset(OffsetSpec.latest(), deadline);
        KafkaFuture<Map<TopicPartition, SharePartitionOffsetInfo>> progress = progress(deadline);
        long begin = answer(earliest).offset();
        long end = answer(latest).offset();
        SharePartitionOffsetInfo group = groupIn(progress);
        if (group == null) {
            return new Place(begin, end, end - begin);
        }
        long first = Math.max(begin, group.startOffset());
        return new Place(first, end, group.lag().orElse(end - first));
    }

    private KafkaFuture<ListOffsetsResultInfo> offset(OffsetSpec which, long deadline) {
        return admin.listOffsets(Map.of(partition(), which), within(new ListOffsetsOptions(), deadline))
                .partitionResult(partition());
    }

    /** What ends by the deadline, and by the client's timeout. */
    private <O extends AbstractOptions<O>> O within(O options, long deadline) {
        long nanos = Math.max(0, Math.min(patienceNanos(), Deadline.remainingNanos(deadline)));
        return options.timeoutMs((int) TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    private KafkaFuture<Map<TopicPartition, SharePartitionOffsetInfo>> progress(long deadline) {
        return admin.listShareGroupOffsets(
                        Map.of(group(), new ListShareGroupOffsetsSpec().topicPartitions(List.of(partition()))),
                        within(new ListShareGroupOffsetsOptions(), deadline))
                .partitionsToOffsetInfo(group());
    }

    private @Nullable SharePartitionOffsetInfo groupIn(
            KafkaFuture<Map<TopicPartition, SharePartitionOffsetInfo>> progress) throws KafkaAnswer {
        try {
            return answer(progress).get(partition());
        } catch (KafkaAnswer e) {
            if (e.is(GroupIdNotFoundException.class)) {
                return null;
            }
            throw e;
        }
    }

    /** Removes, before the deadline, what comes before the first element that is not done with. */
    void trim(long deadline) throws KafkaAnswer {
        long first = place(deadline).first();
        if (first > answer(offset(OffsetSpec.earliest(), deadline)).offset()) {
            answer(admin.deleteRecords(
                            Map.of(partition(), RecordsToDelete.beforeOffset(first)),
                            within(new DeleteRecordsOptions(), deadline))
                    .all());
        }
    }

    /**
     * Removes the queue and its dead letters, for everyone; of dead letters those that are there, as others may follow.
     */
    void delete(KafkaOptions options) throws KafkaAnswer, IOException {
        delete();
        if (isOfLetters()) {
            makeForLetters(options, copies());
        }
    }

    /** Removes all topics, and the group. What is gone already is no failure. */
    void delete() throws KafkaAnswer {
        removed(admin.deleteTopics(List.of(elements())).all());
        if (!isOfLetters()) {
            deleteLetters();
        }
        try {
            answer(admin.deleteShareGroups(List.of(group())).all());
        } catch (KafkaAnswer e) {
            // others are leaving it; without its topic it is nothing
        }
        // last, as nothing leads to the others without it; this one, and none that has its name meanwhile
        removed(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(uuid()))).all());
    }

    /** Until somebody has looked at them they are a topic, and no queue. */
    private void deleteLetters() throws KafkaAnswer {
        Topics letters = new Topics(clients, admin, deadLetters());
        letters.id = letters.found();
        if (letters.id == null) {
            removed(admin.deleteTopics(List.of(deadLetters())).all());
        } else {
            letters.delete();
        }
    }

    private static void removed(KafkaFuture<Void> answer) throws KafkaAnswer {
        try {
            answer(answer);
        } catch (KafkaAnswer e) {
            if (!e.is(UnknownTopicOrPartitionException.class) && !e.is(UnknownTopicIdException.class)) {
                throw e;
            }
        }
    }

    /** The largest batch that the brokers take, as they say it; {@link Integer#MAX_VALUE} if they do not. */
    int maxMessageBytes() {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, elements());
        try {
            Config config = answer(admin.describeConfigs(List.of(topic)).all()).get(topic);
            ConfigEntry entry = config == null ? null : config.get("max.message.bytes");
            return entry == null ? Integer.MAX_VALUE : Integer.parseInt(entry.value());
        } catch (KafkaAnswer | NumberFormatException e) {
            return Integer.MAX_VALUE;
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
