using Call112.Gateway.Provisioning;
using Call112.Messages;

namespace Call112.Gateway.Tests.Provisioning;

/// <summary>The words on the card and on the screen.</summary>
public sealed class ProvisioningTextsTests
{
    /// <summary>The reasons of the option reader are English already.</summary>
    private static bool IsShared(string key) => !key.StartsWith("reason.", StringComparison.Ordinal);

    [Fact]
    public void Both_languages_have_the_same_keys() =>
        Assert.Equal(ProvisioningTexts.English.Keys.Order(), ProvisioningTexts.Indonesian.Keys.Where(IsShared).Order());

    public static TheoryData<string> Outcomes => [.. Enum.GetNames<ProvisioningOutcome>()];

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Every_outcome_has_words_and_no_place_in_them_stays_empty(string outcome)
    {
        foreach (var texts in new[] { ProvisioningTexts.Indonesian, ProvisioningTexts.English })
            foreach (var isArmed in new[] { false, true })
            {
                var lines = texts.LinesOf(new Telling(Enum.Parse<ProvisioningOutcome>(outcome), "Pos (pos)", isArmed)
                {
                    Errors = [new FieldError("station.id", "missing")],
                    LooksLike = ["station.json.txt"],
                    Reason = "No space left on device",
                });
                Assert.NotEmpty(lines);
                Assert.All(lines, line =>
                {
                    Assert.NotEqual("", line);
                    Assert.DoesNotContain('{', line);
                    Assert.DoesNotContain('@', line);
                });
            }
    }

    /// <summary>What a file says of itself is told as it is: it is no place to fill, and no end of a line.</summary>
    [Fact]
    public void A_name_with_a_placeholder_in_it_stays_as_it_is()
    {
        var telling = new Telling(ProvisioningOutcome.Cloned, "Pos {reason} {station}", IsArmed: false) { Reason = "x" };
        var lines = ProvisioningTexts.Indonesian.LinesOf(telling);
        Assert.Contains(lines, line => line.EndsWith("Pos {reason} {station}.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("must be from 1 to 600 s, is 900", "harus dari 1 sampai 600 s, tertulis 900")]
    [InlineData("'Pos' must be one of Damkar Bpbd", "'Pos' tidak dikenal; pilih salah satu: Damkar Bpbd")]
    [InlineData("something that nobody has met", "tidak bisa dipakai: something that nobody has met")]
    [InlineData("The JSON value could not be converted to System.Double. LineNumber: 0", "jenis isinya salah (teks, angka, true atau false)")]
    [InlineData("not JSON: ',' is invalid. LineNumber: 11 | BytePositionInLine: 3.", "salah tulis di baris 12: periksa koma, kurung dan tanda petik")]
    public void Reasons_of_the_option_reader_are_told_in_bahasa_indonesia(string english, string indonesian) =>
        Assert.Equal(indonesian, ReasonWords.Of(english, ProvisioningTexts.Indonesian));
}
