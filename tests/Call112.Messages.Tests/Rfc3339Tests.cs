using CsCheck;

namespace Call112.Messages.Tests;

public class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-23T06:05:07Z")]
    [InlineData("2026-11-23T06:05:07.000Z")]
    [InlineData("2026-11-23t06:05:07z")]
    [InlineData("2026-11-23T14:05:07+08:00")]
    [InlineData("2026-11-22T22:05:07.0-08:00")]
    [InlineData("2026-11-23T06:05:07.000000000000Z")]
    [InlineData("2026-11-23T06:05:07-00:00")]
    public void A_time_with_an_offset_is_the_same_moment_in_UTC(string text)
    {
        Assert.True(Rfc3339.TryParse(text, out var value));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 6, 5, 7, TimeSpan.Zero), value);
        Assert.Equal(TimeSpan.Zero, value.Offset);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2026-11-23")]
    [InlineData("2026-11-23T06:05:07")]
    [InlineData("2026-11-23 06:05:07Z")]
    [InlineData("2026-11-23T06:05Z")]
    [InlineData("2026-11-23T06:05:07.Z")]
    [InlineData("2026-11-23T06:05:07.12")]
    [InlineData("2026-11-23T06:05:07+0800")]
    [InlineData("2026-11-23T06:05:07+08")]
    [InlineData("2026-11-23T06:05:07+25:00")]
    [InlineData("2026-02-30T06:05:07Z")]
    [InlineData("2026-13-01T06:05:07Z")]
    [InlineData("2026-11-23T24:05:07Z")]
    [InlineData("2026-11-23T06:60:07Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData(" 2026-11-23T06:05:07Z")]
    [InlineData("2026-11-23T06:05:07Z ")]
    [InlineData("23/11/2026 06:05:07 Z")]
    [InlineData("2026-11-23T06:05:07,120Z")]
    [InlineData("1795413907000000000000")]
    [InlineData("2026-11-23T06:05:07:7.")]
    [InlineData("2026-11-23T06:05:07.00000000000000000000000000000000000000000000000000000Z")]
    public void Anything_else_is_no_time(string? text) => Assert.False(Rfc3339.TryParse(text, out _));

    [Fact]
    public void No_text_makes_the_parser_throw() => Gen.OneOf(
        MessageGen.Text,
        Gen.Select(Gen.Char["0123456789-:.TtZz+ "].Array[0, 70], letters => new string(letters))).Sample(
            text => Assert.Equal(TimeSpan.Zero, Rfc3339.TryParse(text, out var value) ? value.Offset : TimeSpan.Zero),
            iter: 20_000);
}
