using System.Text;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Tests.Board.Profiles;

public sealed class ProfileReaderTests : IDisposable
{
    private const string Good = """
        {
          "name": "good",
          "description": "a cabinet",
          "chip": ["pinctrl-rp1"],
          "outputs": [
            { "function": "siren", "to": { "gpio": 20, "pin": 38 }, "contact": "NormallyOpen", "fuse": "5 A" }
          ],
          "inputs": [],
          "configTxt": ["dtparam=strict_gpiod"]
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("call112-profile-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A piece of the good profile, what stands there instead, and the whole error.</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "\"gpio\": 20", "\"gpio\": \"20\"", "outputs[0].to.gpio (line 6): expected a whole number" },
        { "\"gpio\": 20", "\"gpio\": 20.5", "outputs[0].to.gpio (line 6): expected a whole number" },
        { "\"gpio\": 20", "\"gpoi\": 20", "outputs[0].to.gpoi (line 6): no such field; known here: gpio, line, card, pin" },
        { "\"NormallyOpen\"", "\"NO\"", "outputs[0].contact (line 6): expected one of \"None\", \"NormallyOpen\", \"NormallyClosed\"" },
        { "\"NormallyOpen\"", "1", "outputs[0].contact (line 6): expected one of \"None\", \"NormallyOpen\", \"NormallyClosed\"" },
        { "\"fuse\": \"5 A\"", "\"activeLow\": \"yes\"", "outputs[0].activeLow (line 6): expected true or false" },
        { "\"fuse\": \"5 A\"", "\"maxOnSeconds\": \"long\"", "outputs[0].maxOnSeconds (line 6): expected a number" },
        { "\"fuse\": \"5 A\"", "\"fuse\": 5", "outputs[0].fuse (line 6): expected a text" },
        { "\"function\": \"siren\", ", "", "outputs[0] (line 6): lacks 'function'" },
        { "\"function\": \"siren\"", "\"function\": null", "outputs[0].function (line 6): must not be null" },
        { "\"fuse\": \"5 A\"", "\"fuse\": \"a\", \"fuse\": \"b\"", "outputs[0].fuse (line 6): is written twice" },
        { "\"inputs\": []", "\"inputs\": [null]", "inputs[0] (line 8): null in a list; take the element out" },
        { "\"inputs\": []", "\"inputs\": {}", "inputs (line 8): expected a list" },
        { "\"5 A\"", "\"5\\u0007A\"",
            "outputs[0].fuse (line 6): holds a control character or one beyond the basic plane; write it in plain letters" },
        { "[\"pinctrl-rp1\"]", "[5]", "chip[0] (line 4): expected a text" },
        { "{ \"gpio\": 20, \"pin\": 38 }", "20", "outputs[0].to (line 6): expected an object { … }" },
    };

    [Fact]
    public void A_good_profile_is_read_with_its_findings_and_their_lines()
    {
        var result = BoardFiles.Parse(Good);
        Assert.Empty(result.Errors);
        Assert.Equal(("good", 100, 1), (result.Profile!.Name, result.Profile.BlankInputsMs, result.Profile.I2cBus));
        Assert.Equal([("outputs", 5), ("inputs", 8)], result.Findings.Select(finding => (finding.Field, finding.FileLine)));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void An_error_names_field_line_and_what_may_stand_there(string good, string wrong, string error)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var result = BoardFiles.Parse(Good.Replace(good, wrong, StringComparison.Ordinal));
        Assert.Null(result.Profile);
        Assert.Equal(error, Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void Limits_of_lists_texts_and_depth_are_kept()
    {
        var many = string.Join(", ", Enumerable.Repeat("\"a\"", 65));
        Assert.Equal("configTxt[64] (line 9): more than 64 elements in one list",
            Only(Good.Replace("\"dtparam=strict_gpiod\"", many, StringComparison.Ordinal)));
        Assert.Equal("outputs[0].fuse (line 6): longer than 200 characters",
            Only(Good.Replace("5 A", new string('A', 201), StringComparison.Ordinal)));
        Assert.Contains("depth", Only(new string('[', 40) + new string(']', 40)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_JSON_is_told_with_its_line() =>
        Assert.StartsWith("(line 8): not JSON: '}'", Only(Good.Replace("\"inputs\": [],", "\"inputs\": [},", StringComparison.Ordinal)),
            StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_an_error_and_no_crash() =>
        Assert.Contains("not JSON", Only(Good.Replace("5 A", "\\ud800", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void A_mark_of_byte_order_and_comments_are_taken() =>
        Assert.NotNull(ProfileReader.Parse(
            [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(
            Good.Replace("\"inputs\": [],", "\"inputs\": [], // none yet", StringComparison.Ordinal))]).Profile);

    [Fact]
    public void A_profile_with_an_error_is_not_driven_but_can_still_be_looked_at()
    {
        var path = Path.Combine(_folder.FullName, "wrong.json");
        File.WriteAllText(path, Good.Replace("\"pin\": 38", "\"pin\": 37", StringComparison.Ordinal));
        var read = ProfileReader.Read(path);
        Assert.Null(read.Profile);
        Assert.Equal(
            "outputs[0].to.pin (line 6): siren, GPIO20 (pin 38): the profile says pin 37, which is GPIO26."
                + " Remedy: write pin 38, or gpio 26 if the wire really sits on pin 37.",
            Assert.Single(read.Errors).ToString());
        Assert.Equal(20, ProfileReader.Parse(path).Profile!.Outputs[0].To.Gpio);
    }

    [Fact]
    public void A_file_that_is_absent_or_too_large_is_an_error()
    {
        Assert.Contains("absent.json", Assert.Single(ProfileReader.Read(Path.Combine(_folder.FullName, "absent.json")).Errors).Reason,
            StringComparison.Ordinal);
        var huge = Path.Combine(_folder.FullName, "huge.json");
        File.WriteAllText(huge, new string(' ', ProfileReader.SizeMax + 1));
        Assert.Contains("longer than", Assert.Single(ProfileReader.Read(huge).Errors).Reason, StringComparison.Ordinal);
    }

    private static string Only(string json)
    {
        var result = BoardFiles.Parse(json);
        Assert.Null(result.Profile);
        return Assert.Single(result.Errors).ToString();
    }
}
