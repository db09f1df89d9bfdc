// SPDX-License-Identifier: Apache-2.0
/**
 * Codecs: how elements become bytes and bytes become elements.
 *
 * <h2>What to read first</h2>
 *
 * <p>{@link io.ipcq.codec.Codec} is the contract, and {@link io.ipcq.codec.JsonCodec} what most elements go through. The rest stands behind
 * that and keeps one promise: what is encoded comes back equal, or is refused with the path of the field.
 *
 * <ul>
 *   <li>{@code JsonFormat}: Jackson, configured once. Jackson is imported in this package only.
 *   <li>{@code GuardedSerializers}: puts a {@code Guard} before the writer of each type that is not known to come back.
 *   <li>{@code KnownTypes}: the types of the JDK that come back, all values of them or some; {@code ObjectState}: the fields of a class.
 *   <li>{@code Trial}: everything else is written apart, read and compared, as {@code Sameness} says.
 *   <li>{@code GuardedDeserializers} and {@code MissingFields}: no class is loaded that bytes name, and older bytes may lack a field.
 * </ul>
 *
 * <h2>Between processes</h2>
 *
 * <p>There are no shared words here. An element crosses as bytes: the receiver has a copy, and what either side does to its object later
 * is not seen by the other. {@code encode} runs in the thread of {@code put}, before anything is claimed, and {@code decode} in the thread
 * that took, outside of every lock. So encoding happens before the queue's publication of the element, and that before decoding; see
 * {@code io.ipcq.queue}. A codec is asked by many threads at once and holds no lock while it works.
 *
 * <p>Both processes have to mean the same by the bytes. That is what {@link io.ipcq.codec.Codec#id} is for: it is stored in the queue, and
 * who opens it with another one is refused. It names the type and not its fields, so two versions of a type share a queue; the rules are in
 * docs/guarantees.md, "When the type changes".
 *
 * <p>The memory modes that method names end with are those of {@code io.ipcq.memory}. The one field here that threads share is the format
 * of a {@code JsonCodec}: volatile, made by the first that needs it, and the same whoever makes it.
 */
@NullMarked
package io.ipcq.codec;

import org.jspecify.annotations.NullMarked;
