// SPDX-License-Identifier: Apache-2.0
/**
 * Codecs: how elements become bytes and bytes become elements.
 *
 * <h2>What to read first</h2>
 *
 * <p>{@link io.ipcq.codec.Codec} is the contract, and {@link io.ipcq.codec.JsonCodec} encodes most elements. The other
 * classes keep its promise: what is encoded comes back equal, or is refused with the path of the field.
 *
 * <ul>
 *   <li>{@code Jackson} configures that library once. In this library, only this package imports Jackson.
 *   <li>{@code GuardedSerializers} puts a {@code Guard} before the writer of each type that is not known to come back.
 *   <li>{@code KnownTypes} lists the types of the JDK of which all values come back, or some. {@code ObjectState} knows
 *       the fields of a class.
 *   <li>{@code Trial} writes everything else apart, reads it and compares it, as {@code Sameness} says.
 *   <li>{@code GuardedDeserializers} load no class that bytes name. {@code MissingFields} fills in what older bytes
 *       lack.
 * </ul>
 *
 * <h2>Between processes</h2>
 *
 * <p>No words are shared here. An element crosses as bytes, so the receiver has a copy. What either side does to its
 * object later, the other does not see. {@code encode} runs in the thread that calls {@code put}, before anything is
 * claimed. {@code decode} runs in the thread that took the element, outside of every lock. So encoding happens before
 * the queue publishes the element, and that happens before decoding; see {@code io.ipcq.queue}. Many threads use a
 * codec at the same time, and it holds no lock of this library while it works.
 *
 * <p>Both processes have to agree on the meaning of the bytes. That is what {@link io.ipcq.codec.Codec#id} is for. It
 * is stored in the queue, and a process that opens the queue with another codec is refused. It names the type and not
 * its fields, so two versions of a type share a queue. The rules are in docs/guarantees.md, "When the type changes".
 *
 * <p>Two fields here are shared by threads, and both are volatile: the format of a {@code JsonCodec}, and a flag of
 * {@code JacksonJars} that says that Jackson was found to work. The first thread that needs them sets them, and every
 * thread would set the same. No name here ends with a memory mode; {@code io.ipcq.memory} says what that would mean.
 */
@NullMarked
package io.ipcq.codec;

import org.jspecify.annotations.NullMarked;
