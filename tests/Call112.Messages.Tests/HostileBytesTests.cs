using System.Text;
using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>Any bytes end as a value or as a refusal with a reason, never as an exception (design, promise 5).</summary>
public class HostileBytesTests
{
    public static TheoryData<string> Names => Wire.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_of_exactly_16_KiB_is_read_and_one_byte_more_is_refused(string name)
    {
        var wire = Wire.Of(name);
        var example = wire.ExampleBytes;
        Assert.Equal(16_384, MessageReader.MaxBytes);
        byte[] full = [.. example, .. Enumerable.Repeat((byte)' ', MessageReader.MaxBytes - example.Length)];

        Assert.NotNull(wire.ReadAnything(full).Value);
        Assert.Equal("larger than 16384 bytes", wire.ReadAnything((byte[])[.. full, (byte)' ']).Reason);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_that_ends_too_early_is_refused_at_every_byte(string name)
    {
        var wire = Wire.Of(name);
        var bytes = wire.ExampleBytes;
        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(wire.ReadAnything(bytes.AsMemory(0, length)).Value);
        Assert.NotNull(wire.ReadAnything(bytes).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("0")]
    [InlineData("\"Alert\"")]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("{}")]
    [InlineData("{}{}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":1}//")]
    [InlineData("/* */{}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("\0")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF\uFEFF{}")]
    [InlineData("OFF")]
    public void What_is_no_object_with_the_required_fields_is_refused(string text)
    {
        foreach (var wire in Wire.All)
            Assert.Null(wire.ReadAnything(Encoding.UTF8.GetBytes(text)).Value);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_values_for_one_key_are_refused_however_the_key_is_spelled(string name)
    {
        var wire = Wire.Of(name);
        var key = wire.ExampleTree().First().Key;
        var escaped = $"\\u{(int)key[0]:x4}{key[1..]}";
        foreach (var second in (string[])[key, escaped])
        {
            var reading = wire.ReadAnything(Encoding.UTF8.GetBytes($"{{\"{second}\":null,{wire.Example.TrimStart()[1..]}"));
            Assert.Null(reading.Value);
            Assert.Equal(new FieldError(key, "is there twice"), Assert.Single(reading.Errors));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xF0, 0x80, 0x80, 0xAF })]
    public void Bytes_that_are_no_UTF_8_are_refused_wherever_they_stand(byte[] bad)
    {
        foreach (var wire in Wire.All)
        {
            var example = wire.ExampleBytes;
            for (var at = 0; at <= example.Length; at++)
                Assert.Equal("not valid UTF-8", wire.ReadAnything((byte[])[.. example[..at], .. bad, .. example[at..]]).Reason);
        }
    }

    [Theory]
    [InlineData("UTF-16")]
    [InlineData("UTF-16BE")]
    [InlineData("UTF-32")]
    public void Another_encoding_is_refused(string encoding)
    {
        var other = Encoding.GetEncoding(encoding);
        foreach (var wire in Wire.All)
            Assert.Null(wire.ReadAnything((byte[])[.. other.GetPreamble(), .. other.GetBytes(wire.Example)]).Value);
    }

    [Fact]
    public void Deep_nesting_is_refused_even_in_an_unknown_field()
    {
        foreach (var wire in Wire.All)
            foreach (var (open, close) in (ReadOnlySpan<(string, string)>)[("[", "]"), ("{\"x\":", "}")])
            {
                // The message itself is the first level; a value stands in the innermost one.
                Assert.NotNull(Nested(wire, open, close, MessageReader.MaxDepth - 1).Value);
                Assert.Null(Nested(wire, open, close, MessageReader.MaxDepth).Value);
                Assert.Null(Nested(wire, open, close, 2_000).Value);
                Assert.Null(wire.ReadAnything(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, 2_000)))).Value);
            }
    }

    [Fact]
    public void Random_bytes_never_throw() => Gen.Select(Gen.Int[0, Wire.All.Length - 1], Gen.Byte.Array[0, 300]).Sample(
        (kind, bytes) => { Wire.All[kind].ReadAnything(bytes); },
        iter: 20_000);

    [Fact]
    public void Random_JSON_letters_never_throw() => Gen.Select(
        Gen.Int[0, Wire.All.Length - 1],
        Gen.OneOf("{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "null", "true", "1", "-", "e9", ".", " ", "\"incident\":", "\"sentAt\":", "\"upTo\":")
            .Array[0, 40]).Sample(
                (kind, parts) => { Wire.All[kind].ReadAnything(Encoding.UTF8.GetBytes(string.Concat(parts))); },
                iter: 20_000);

    /// <summary>What the reader takes from a damaged message is a message: it can be written, and then says the same.</summary>
    [Fact]
    public void A_damaged_message_is_refused_or_is_a_message_that_can_be_passed_on() => Gen.Select(MessageGen.Any, s_damage.Array[1, 4]).Sample(
        (sent, damages) =>
        {
            var bytes = damages.Aggregate(sent.Wire.Write(sent.Message), (current, damage) => damage(current));
            if (sent.Wire.ReadAnything(bytes).Value is not { } value)
                return;
            var written = sent.Wire.Write(value);
            var again = sent.Wire.ReadAnything(written).Value;
            Assert.NotNull(again);
            Assert.Equal(written, sent.Wire.Write(again));
        },
        iter: 20_000);

    private static readonly Gen<Func<byte[], byte[]>> s_damage = Gen.OneOf(
        // One byte becomes another.
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte, (at, value) => Change(bytes => [.. bytes[..(at % bytes.Length)], value, .. bytes[((at % bytes.Length) + 1)..]])),
        // One digit or letter becomes another: mostly still JSON.
        Gen.Select(Gen.Int[0, 10_000], Gen.Char["0123456789-aZ"], (at, value) => Change(bytes =>
        {
            var places = Enumerable.Range(0, bytes.Length).Where(i => char.IsAsciiLetterOrDigit((char)bytes[i])).ToArray();
            if (places.Length == 0)
                return bytes;
            var place = places[at % places.Length];
            return [.. bytes[..place], (byte)value, .. bytes[(place + 1)..]];
        })),
        // A piece is cut out.
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 30], (at, length) => Change(bytes =>
        {
            var from = at % bytes.Length;
            return [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + length)..]];
        })),
        // A piece stands twice.
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 200], (at, length) => Change(bytes =>
        {
            var from = at % bytes.Length;
            return [.. bytes[..Math.Min(bytes.Length, from + length)], .. bytes[from..]];
        })),
        // Something comes between.
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte.Array[1, 8], (at, extra) => Change(bytes => [.. bytes[..(at % bytes.Length)], .. extra, .. bytes[(at % bytes.Length)..]])));

    private static Func<byte[], byte[]> Change(Func<byte[], byte[]> change) => bytes => bytes.Length == 0 ? bytes : change(bytes);

    private static Reading Nested(Wire wire, string open, string close, int levels) => wire.ReadAnything(Encoding.UTF8.GetBytes(
        $"{{\"unknown\":{string.Concat(Enumerable.Repeat(open, levels))}1{string.Concat(Enumerable.Repeat(close, levels))},{wire.Example.TrimStart()[1..]}"));
}
