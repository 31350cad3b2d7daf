using Call112.Messages.Sms;
using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>The text of the last path (decision 0018): fits one short message, survives any input, and is believed only as it was sealed.</summary>
public class SmsTextTests
{
    private static readonly SmsKey s_key = new("pkm-gogagoman", Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    private static readonly SmsKey s_other = new("damkar-pusat", Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    private static readonly Gen<Dispatch> s_dispatch = Gen.Select(
        Gen.Guid.Where(id => id != Guid.Empty),
        Gen.Select(Gen.Enum<MessageType>(), Gen.Enum<DispatchStatus>(), Gen.Enum<Category>(), Gen.Int[1, 5], Gen.Bool),
        Gen.Select(Gen.Int[0, Dispatch.RevisionMax], Gen.Int[0, SmsText.TtlMinutesMax], Gen.Long[1_700_000_000, 2_000_000_000]),
        Gen.Char["ABCXYZabcxyz0189-"].Array[1, Incident.IncidentIdMaxLength].Select(letters => new string(letters)),
        Gen.Nullable(Gen.String[Gen.Char, 0, 200].Select(text => (Text: text, 0))),
        Gen.Nullable(Gen.String[Gen.Char, 0, 400].Select(text => (Text: text, 0))),
        (id, code, life, incident, village, landmark) =>
        {
            var sentAt = DateTimeOffset.FromUnixTimeSeconds(life.Item3);
            return new Dispatch(
                id, code.Item1, code.Item2, sentAt, sentAt.AddMinutes(life.Item2), life.Item1, Discreet: code.Item5,
                Incident: new Incident(incident, code.Item3, Priority: code.Item4, Location: new Location(Village: village?.Text, Landmark: landmark?.Text)));
        });

    [Fact]
    public void A_dispatch_goes_through_and_everything_that_decides_is_the_same() => s_dispatch.Sample(sent =>
    {
        var counter = sent.SentAt.ToUnixTimeSeconds();
        var text = SmsText.Write(sent, counter, s_key);
        Assert.True(SmsText.TryReadDispatch(text, s_key, out var read, out var refusal), refusal);
        var location = sent.IsDiscreet ? null : read.Dispatch.Incident!.Location;
        Assert.Equal(counter, read.Counter);
        Assert.Equal(
            sent with { Discreet = sent.IsDiscreet, Incident = sent.Incident! with { Location = location } },
            read.Dispatch with { Incident = read.Dispatch.Incident! with { Location = location } });
    });

    [Fact]
    public void Any_text_of_village_and_landmark_fits_one_message_of_plain_GSM_7() => s_dispatch.Sample(sent =>
    {
        var text = SmsText.Write(sent, sent.SentAt.ToUnixTimeSeconds(), s_key);
        Assert.InRange(text.Length, 1, GsmText.MessageMax);
        Assert.All(text, c => Assert.True(GsmText.IsPlain(c) || c == '*', $"U+{(int)c:X4}"));
    });

    [Fact]
    public void Any_flipped_bit_is_refused() => Gen.Select(s_dispatch, Gen.Int[0, GsmText.MessageMax * 8]).Sample((sent, flip) =>
    {
        var text = SmsText.Write(sent, sent.SentAt.ToUnixTimeSeconds(), s_key).ToCharArray();
        text[flip / 8 % text.Length] ^= (char)(1 << (flip % 8));
        Assert.False(SmsText.TryReadDispatch(new string(text), s_key, out _, out var refusal));
        Assert.StartsWith("sms: ", refusal, StringComparison.Ordinal);
    });

    [Fact]
    public void Any_cut_text_is_refused() => Gen.Select(s_dispatch, Gen.Int[1, 159]).Sample((sent, cut) =>
    {
        var text = SmsText.Write(sent, sent.SentAt.ToUnixTimeSeconds(), s_key);
        Assert.False(SmsText.TryReadDispatch(text[..(cut % text.Length)], s_key, out _, out _));
    });

    [Fact]
    public void Whatever_is_read_never_throws() => Gen.String[Gen.Char, 0, 400].Sample(text =>
    {
        Assert.False(SmsText.TryReadDispatch(text, s_key, out _, out var first));
        Assert.False(SmsText.TryReadAnswer($"R1 {text}", s_key, out _, out var second));
        Assert.NotEmpty(first + second);
    });

    [Fact]
    public void Every_refusal_has_its_name()
    {
        var sent = Sample();
        var text = SmsText.Write(sent, sent.SentAt.ToUnixTimeSeconds(), s_key);
        Assert.Equal("sms: longer than 160 characters", Refusal(text + new string('a', 160)));
        Assert.Equal("sms: holds a foreign character", Refusal(text.Replace("Depan", "Dépan", StringComparison.Ordinal)));
        Assert.Equal("sms: does not begin with D1", Refusal("Promo pulsa! Balas YA."));
        Assert.Equal("sms: truncated, or without its seal", Refusal(text[..^1]));
        Assert.Equal("sms: is for another station", Refusal(SmsText.Write(sent, 1, s_other)));
        Assert.Equal("sms: the seal is false (forged, changed on the way, or another key)", Refusal(text.Replace("Mogolaing", "Mogolainh", StringComparison.Ordinal)));
        // The same key in the hands of another station is another key.
        Assert.Equal(
            "sms: the seal is false (forged, changed on the way, or another key)",
            Refusal(SmsText.Write(sent, 1, s_other).Replace(TagOf(s_other), TagOf(s_key), StringComparison.Ordinal)));
        // An answer of the station cannot be sent back to it as a dispatch.
        Assert.StartsWith("sms: does not begin", Refusal(SmsText.Write(sent.DispatchId, ReportEvent.Received, TimeSpan.Zero, s_key)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_discreet_dispatch_carries_no_place()
    {
        var text = SmsText.Write(Sample() with { Discreet = true }, 1, s_key);
        Assert.DoesNotContain("Mogolaing", text, StringComparison.Ordinal);
        Assert.DoesNotContain("At-Taqwa", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_goes_through() => Gen.Select(Gen.Guid, Gen.Bool, Gen.Int[0, SmsText.ElapsedMax]).Sample((id, received, seconds) =>
    {
        var step = received ? ReportEvent.Received : ReportEvent.Acknowledged;
        var text = SmsText.Write(id, step, TimeSpan.FromSeconds(seconds), s_key);
        Assert.InRange(text.Length, 1, GsmText.MessageMax);
        Assert.True(SmsText.TryReadAnswer(text, s_key, out var answer, out var refusal), refusal);
        Assert.Equal(new SmsAnswer("pkm-gogagoman", id, step, seconds), answer);
        Assert.False(SmsText.TryReadAnswer(text, s_other, out _, out _));
    });

    [Theory]
    [InlineData("Depan Masjid “At-Taqwa” – RT 05", "Depan Masjid 'At-Taqwa' - RT 05")]
    [InlineData("  Kotobangon\t\n Selatan ", "Kotobangon Selatan")]
    [InlineData("Café Señor Ølund", "Cafe Senor Olund")]
    [InlineData("e\u0301 火 \U0001F525*", "e ? ?.")]
    [InlineData(null, "")]
    public void Text_is_brought_into_the_plain_alphabet(string? from, string to) => Assert.Equal(to, GsmText.Plain(from, 100));

    [Fact]
    public void A_key_file_is_read_as_hex_or_base64_and_everything_else_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("call112-");
        try
        {
            var path = Path.Combine(folder.FullName, "sms.key");
            string? Problem(string content)
            {
                File.WriteAllText(path, content);
                SmsKey.TryReadFile("pkm-gogagoman", path, out _, out var problem);
                return problem;
            }

            var key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
            Assert.Null(Problem(Convert.ToHexString(key) + "\n"));
            Assert.True(SmsKey.TryReadFile("pkm-gogagoman", path, out var read, out _));
            Assert.Equal(SmsText.Write(Sample(), 1, s_key), SmsText.Write(Sample(), 1, read));
            Assert.Null(Problem(Convert.ToBase64String(key)));
            Assert.EndsWith("holds a key of 31 bytes, must be 32 to 256", Problem(Convert.ToHexString(key[1..])), StringComparison.Ordinal);
            Assert.EndsWith("holds neither hex nor base64", Problem("not a key"), StringComparison.Ordinal);
            Assert.EndsWith("holds neither hex nor base64", Problem(""), StringComparison.Ordinal);
            Assert.EndsWith("is larger than 4096 bytes", Problem(new string('a', 5_000)), StringComparison.Ordinal);
            File.Delete(path);
            Assert.False(SmsKey.TryReadFile("pkm-gogagoman", path, out _, out var missing));
            Assert.Contains("cannot be read", missing, StringComparison.Ordinal);
            Assert.False(SmsKey.TryReadFile("pkm-gogagoman", "/dev/zero", out _, out var endless));
            Assert.EndsWith("is larger than 4096 bytes", endless, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dispatch Sample()
    {
        var sentAt = DateTimeOffset.FromUnixTimeSeconds(1_795_413_907);
        return new Dispatch(
            Guid.Parse("019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11"), MessageType.Alert, DispatchStatus.Actual, sentAt, sentAt.AddMinutes(15),
            Incident: new Incident("K261123-007", Category.Fire, Priority: 1, Location: new Location(Landmark: "Depan masjid At-Taqwa", Village: "Mogolaing")));
    }

    private static string TagOf(SmsKey key) => SmsText.Write(Guid.Empty, ReportEvent.Received, TimeSpan.Zero, key).Split(' ')[1];

    private static string Refusal(string text)
    {
        Assert.False(SmsText.TryReadDispatch(text, s_key, out _, out var refusal));
        return refusal;
    }
}
