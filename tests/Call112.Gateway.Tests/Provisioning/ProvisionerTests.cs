using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Tests.Board.Profiles;

namespace Call112.Gateway.Tests.Provisioning;

/// <summary>What a boot makes of card and box (decision 0020): each outcome, what it writes, and what it leaves alone.</summary>
public sealed class ProvisionerTests : IDisposable
{
    private readonly ProvisioningDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void A_good_file_on_the_card_is_in_force_afterwards_and_its_key_is_gone_from_the_card()
    {
        var content = _desk.Put(_desk.Enrolled());
        File.WriteAllText(Path.Combine(_desk.Card, CardFolder.ErrorFile), "of yesterday");
        var result = _desk.Run();
        Assert.Equal((ProvisioningOutcome.Provisioned, 0, true, false), (result.Outcome, result.ExitCode, result.IsArmed, result.IsProblem));
        Assert.Equal("Puskesmas station (station)", result.Station);
        Assert.Equal(content, File.ReadAllBytes(_desk.DataStation));
        Assert.Equal(BoundIdentity.Of(ProvisioningDesk.Post, ProvisioningDesk.Serial, content), _desk.Identity());
        Assert.Equal([Path.Combine(_desk.Card, CardFolder.OkFile)], Directory.GetFiles(_desk.Card));
        Assert.Contains("Puskesmas station (station)", _desk.Ok, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", _desk.Ok! + result.English, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_desk.DataStation));
    }

    /// <summary>The service runs as its own user: what root writes must be readable for its group.</summary>
    [Fact]
    public async Task What_is_in_force_belongs_to_the_stations_group()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files to a group");
        var groups = Path.Combine(_desk.JournalFolder, "group");
        await File.WriteAllTextAsync(groups, "root:x:0:\ncall1121:x:11:\ncall112:x:4112:pi\n", TestContext.Current.CancellationToken);
        var data = new DataFolder(_desk.Data, new DurableFiles(), groups);
        data.Prepare("{}"u8, BoundIdentity.Of(ProvisioningDesk.Post, null, "{}"u8));
        data.Commit();
        using var stat = Process.Start(
            new ProcessStartInfo("stat", ["-c", "%g %a", _desk.DataStation, _desk.IdentityPath]) { RedirectStandardOutput = true })!;
        Assert.Equal("4112 640\n4112 640\n", await stat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The blocks of the file on FAT, which another name of the same inode still shows after its deletion.</summary>
    [Fact]
    public void No_byte_of_the_key_is_left_in_the_blocks_of_the_cards_file()
    {
        var content = _desk.Put(_desk.Enrolled());
        var blocks = Path.Combine(_desk.JournalFolder, "blocks");
        Assert.Equal(0, Link(_desk.CardStation, blocks));
        Assert.Equal(0, _desk.Run().ExitCode);
        Assert.False(File.Exists(_desk.CardStation));
        Assert.Equal(new byte[content.Length], File.ReadAllBytes(blocks));
    }

    /// <summary>F3: an idle box writes nothing to its card, not even at its boots.</summary>
    [Fact]
    public void A_boot_without_anything_new_writes_nothing()
    {
        _desk.InForce();
        var before = _desk.Everything();
        var steps = new List<string>();
        var result = _desk.Run(steps.Add);
        Assert.Equal((ProvisioningOutcome.Unchanged, 0, false), (result.Outcome, result.ExitCode, result.IsProblem));
        Assert.Empty(steps);
        Assert.Equal(before, _desk.Everything());
    }

    /// <summary>A refusal is told once: a box that is not armed and boots every hour must not wear its card out either (F3).</summary>
    [Fact]
    public void An_error_that_the_card_says_already_is_not_written_again()
    {
        _desk.Run();
        var steps = new List<string>();
        Assert.Equal(ProvisioningOutcome.Missing, _desk.Run(steps.Add).Outcome);
        Assert.Empty(steps);
    }

    [Fact]
    public void Without_a_file_anywhere_the_card_says_what_to_do_and_which_file_was_perhaps_meant()
    {
        File.WriteAllText(Path.Combine(_desk.Card, "station (1).json"), "{}");
        File.WriteAllText(Path.Combine(_desk.Card, "config.txt"), "");
        var result = _desk.Run();
        Assert.Equal((ProvisioningOutcome.Missing, 1, false, true), (result.Outcome, result.ExitCode, result.IsArmed, result.IsProblem));
        Assert.Contains(result.Indonesian, line => line.Contains("\"station (1).json\"", StringComparison.Ordinal));
        Assert.DoesNotContain("config.txt", _desk.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_desk.Data));
    }

    /// <summary>What a station.json has at least.</summary>
    private const string Good = """ "station":{"id":"station"},"uplinks":[{"broker":"mqtt://a"}] """;

    public static TheoryData<string, string, string> WrongFiles => new()
    {
        { """{"station":{"id":"station"}, nonsense""", "isi berkas", "salah tulis di baris 1" },
        { """{"station":{"id":"sta""", "isi berkas", "bukan berkas JSON yang utuh" },
        { """["station"]""", "isi berkas", "bukan berkas JSON yang utuh" },
        { "", "isi berkas", "berkas kosong" },
        { "\0\0\0\0", "isi berkas", "berkas kosong" },
        { """{"station":{"id":"station","colour":"red"},"uplinks":[{"broker":"mqtt://a"}]}""", "station.colour", "tidak dikenal" },
        { """{"station":{"name":"Pos"},"uplinks":[{"broker":"mqtt://a"}]}""", "station.id", "belum diisi" },
        { """{"station":{"id":"station"}}""", "uplinks", "belum diisi" },
        { """{"station":{"id":"station","kind":"Pos"},"uplinks":[{"broker":"http://a"}]}""", "uplinks[0].broker", "mqtts://nama-server:8883" },
        { "{" + Good + ""","timing":{"settleSeconds":9}}""", "timing.settleSeconds", "dari 0.01 sampai 0.5 s, tertulis 9" },
        { "{" + Good + ""","board":{"profile":"nowhere.json"}}""", "board.profile", "tidak ada berkas" },
        { "{" + Good + ""","journal":{"path":"a\u0000b"}}""", "journal.path", "must be a path" },
    };

    /// <summary>F19: what is refused is named, changes nothing and is not lost.</summary>
    [Theory]
    [MemberData(nameof(WrongFiles))]
    public void A_wrong_file_is_refused_by_its_field_and_stays_on_the_card(string text, string field, string reason)
    {
        _desk.Put(text);
        var result = _desk.Run();
        Assert.Equal((ProvisioningOutcome.Wrong, 1), (result.Outcome, result.ExitCode));
        var named = Assert.Single(result.Indonesian, line => line.StartsWith($"- {field}: ", StringComparison.Ordinal));
        Assert.Contains(reason, named, StringComparison.Ordinal);
        Assert.Contains($"- {field}: ", _desk.Error, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_desk.CardStation));
        Assert.Empty(Directory.GetFiles(_desk.Data));
    }

    [Fact]
    public void Every_error_of_a_wrong_file_is_named_in_both_languages_and_no_key()
    {
        var root = _desk.Enrolled();
        (root["station"]!["kind"], root["panel"]) = ("Pos", new JsonObject { ["listen"] = "x" });
        root["identity"]!["certificate"] = _desk.Pem("broker.crt");
        _desk.Put(root);
        var result = _desk.Run();
        var english = _desk.Error![_desk.Error!.IndexOf("(English)", StringComparison.Ordinal)..];
        foreach (var field in new[] { "station.kind", "panel.listen", "identity.certificate" })
        {
            Assert.Contains(result.Indonesian, line => line.StartsWith($"- {field}: ", StringComparison.Ordinal));
            Assert.Contains($"- {field}: ", english, StringComparison.Ordinal);
        }

        Assert.Contains(
            result.Indonesian, line => line.Contains("sertifikat ini untuk 'broker', padahal station.id 'station'", StringComparison.Ordinal));
        Assert.DoesNotContain("PRIVATE", _desk.Error! + result.English, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_for_people_are_what_notepad_and_telephones_read_bahasa_indonesia_first()
    {
        _desk.Run();
        var bytes = File.ReadAllBytes(Path.Combine(_desk.Card, CardFolder.ErrorFile));
        Assert.Equal(Encoding.UTF8.Preamble, bytes.AsSpan(0, 3));
        var text = Encoding.UTF8.GetString(bytes[3..]);
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.StartsWith("CALL112 - KOTAK INI BELUM SIAP\r\n", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("KOTAK INI BELUM SIAP", StringComparison.Ordinal) < text.IndexOf("THIS BOX IS NOT READY", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_notepad_has_saved_is_taken_with_its_byte_order_mark()
    {
        File.WriteAllBytes(_desk.CardStation, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(_desk.Enrolled().ToJsonString())]);
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        Assert.Equal(ProvisioningOutcome.Unchanged, _desk.Run().Outcome);
    }

    [Fact]
    public void A_file_above_the_limit_is_refused_and_one_at_the_limit_is_taken()
    {
        var text = _desk.Enrolled().ToJsonString();
        _desk.Put(text + new string(' ', CardFolder.MaxBytes - text.Length + 1));
        Assert.Contains(_desk.Run().Indonesian, line => line.Contains("paling besar 65536 byte", StringComparison.Ordinal));
        _desk.Put(text + new string(' ', CardFolder.MaxBytes - text.Length));
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
    }

    /// <summary>F19: a box that is armed stays so, whatever somebody puts on its card.</summary>
    [Fact]
    public void With_a_former_file_of_this_board_a_wrong_one_leaves_the_box_armed_and_says_so()
    {
        var former = _desk.InForce();
        _desk.Put("{");
        var result = _desk.Run();
        Assert.Equal((ProvisioningOutcome.Wrong, 3, true, true), (result.Outcome, result.ExitCode, result.IsArmed, result.IsProblem));
        Assert.Contains("KOTAK TETAP BEKERJA", _desk.Error, StringComparison.Ordinal);
        Assert.Contains(result.Indonesian, line => line.EndsWith("dengan berkas lama: Puskesmas station (station).", StringComparison.Ordinal));
        Assert.Null(_desk.Ok);
        Assert.Equal(former, File.ReadAllBytes(_desk.DataStation));

        // The technician takes the file away again: the error goes too.
        File.Delete(_desk.CardStation);
        Assert.Equal(ProvisioningOutcome.Unchanged, _desk.Run().Outcome);
        Assert.Null(_desk.Error);
    }

    /// <summary>F13: a renewed certificate comes the same way as the first.</summary>
    [Fact]
    public void A_renewed_file_replaces_the_former_one_and_the_journal_goes_on()
    {
        _desk.InForce();
        _desk.WriteJournal(ProvisioningDesk.Post);
        var renewed = _desk.Enrolled();
        renewed["station"]!["name"] = "Puskesmas Gogagoman";
        var content = _desk.Put(renewed);
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        Assert.Equal(content, File.ReadAllBytes(_desk.DataStation));
        Assert.True(File.Exists(_desk.JournalPath));
    }

    /// <summary>F20: a copied card does not take the name over; a fresh station.json does.</summary>
    [Fact]
    public void Data_of_another_board_are_not_in_force_until_the_card_brings_a_new_file()
    {
        _desk.InForce();
        var identity = _desk.Identity();
        _desk.Board(ProvisioningDesk.OtherSerial);
        var cloned = _desk.Run();
        Assert.Equal((ProvisioningOutcome.Cloned, 1, false), (cloned.Outcome, cloned.ExitCode, cloned.IsArmed));
        Assert.Contains("milik kotak lain: Puskesmas station (station)", _desk.Error, StringComparison.Ordinal);
        Assert.Null(_desk.Ok);
        Assert.Equal(identity, _desk.Identity());

        _desk.Put("{");
        Assert.Equal((ProvisioningOutcome.Wrong, 1), (_desk.Run() is var wrong ? wrong.Outcome : default, wrong.ExitCode));

        _desk.Put(_desk.Enrolled());
        Assert.Equal((ProvisioningOutcome.Replaced, 0), (_desk.Run() is var replaced ? replaced.Outcome : default, replaced.ExitCode));
        Assert.Equal(ProvisioningDesk.OtherSerial, _desk.Identity().BoardSerial);
        Assert.Null(_desk.Error);
    }

    /// <summary>F20: one post's journal must not speak under another's name.</summary>
    [Fact]
    public void A_box_that_becomes_another_post_keeps_the_former_journal_aside_numbered_and_never_deletes_one()
    {
        _desk.InForce();
        var aside = $"{_desk.JournalPath}.of-{ProvisioningDesk.Post}";
        for (var i = 1; i <= 3; i++)
        {
            _desk.WriteJournal(ProvisioningDesk.Post);
            _desk.Put(_desk.Enrolled(ProvisioningDesk.OtherPost));
            Assert.Equal(ProvisioningOutcome.Replaced, _desk.Run().Outcome);
            Assert.False(File.Exists(_desk.JournalPath));
            Assert.True(File.Exists(i == 1 ? aside : $"{aside}-{i}"));
            _desk.Put(_desk.Enrolled());
            Assert.Equal(ProvisioningOutcome.Replaced, _desk.Run().Outcome);
        }
    }

    /// <summary>What the box says of itself may be lost with its data; the journal still knows whose it is.</summary>
    [Fact]
    public void A_journal_that_names_another_station_goes_aside_even_when_the_box_remembers_none()
    {
        _desk.WriteJournal(ProvisioningDesk.OtherPost);
        _desk.Put(_desk.Enrolled());
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        Assert.True(File.Exists($"{_desk.JournalPath}.of-{ProvisioningDesk.OtherPost}"));

        // One that cannot be read is the gateway's to judge (F2).
        File.WriteAllText(_desk.JournalPath, "no database");
        _desk.Put(_desk.Enrolled());
        _desk.Run();
        Assert.True(File.Exists(_desk.JournalPath));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData(" \n")]
    [InlineData("a serial/../with what a serial has not")]
    public void A_board_without_a_serial_arms_the_box_and_binds_it_at_the_first_boot_that_has_one(string? serial)
    {
        if (serial is null)
            File.Delete(_desk.SerialFile);
        else
            File.WriteAllText(_desk.SerialFile, serial);
        _desk.Put(_desk.Enrolled());
        Assert.Equal((ProvisioningOutcome.Unbound, 0), (_desk.Run() is var first ? first.Outcome : default, first.ExitCode));
        Assert.False(File.Exists(_desk.CardStation));
        Assert.Null(_desk.Identity().BoardSerial);
        Assert.Equal(ProvisioningOutcome.Unbound, _desk.Run().Outcome);

        _desk.Board(ProvisioningDesk.Serial);
        Assert.Equal((ProvisioningOutcome.Adopted, 0), (_desk.Run() is var bound ? bound.Outcome : default, bound.ExitCode));
        Assert.Equal(ProvisioningDesk.Serial, _desk.Identity().BoardSerial);
    }

    /// <summary>F2: a note that was spoiled must not silence a post.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"stationId\":null}")]
    [InlineData("{\"stationId\":\"\\ud800\"}")]
    public void A_box_whose_identity_cannot_be_read_is_bound_anew(string? spoiled)
    {
        _desk.InForce();
        var identity = _desk.Identity();
        if (spoiled is null)
            File.Delete(_desk.IdentityPath);
        else
            File.WriteAllText(_desk.IdentityPath, spoiled);
        Assert.Equal((ProvisioningOutcome.Adopted, 0), (_desk.Run() is var result ? result.Outcome : default, result.ExitCode));
        Assert.Equal(identity, _desk.Identity());
        Assert.Equal(ProvisioningOutcome.Unchanged, _desk.Run().Outcome);
    }

    /// <summary>F2: zeros, half a file, nothing in place of the station.json in force.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("{\"station\":{\"id\":\"stat")]
    public void A_station_json_in_force_that_was_spoiled_is_named_and_a_new_one_heals_it(string spoiled)
    {
        _desk.InForce();
        File.WriteAllText(_desk.DataStation, spoiled);
        Assert.Equal((ProvisioningOutcome.Spoiled, 1), (_desk.Run() is var result ? result.Outcome : default, result.ExitCode));
        Assert.Contains("- isi berkas: ", _desk.Error, StringComparison.Ordinal);
        _desk.Put(_desk.Enrolled());
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
    }

    /// <summary>F3: a card that cannot be read is no reason to fall silent.</summary>
    [Fact]
    public void Without_a_readable_card_what_is_in_force_stays_in_force()
    {
        Directory.Delete(_desk.Card);
        Assert.Equal((ProvisioningOutcome.CardUnreadable, 1), (_desk.Run() is var bare ? bare.Outcome : default, bare.ExitCode));
        Directory.CreateDirectory(_desk.Card);
        _desk.InForce();
        Directory.Delete(_desk.Card, recursive: true);
        Assert.Equal((ProvisioningOutcome.CardUnreadable, 3), (_desk.Run() is var armed ? armed.Outcome : default, armed.ExitCode));

        Directory.CreateDirectory(_desk.CardStation);
        Assert.Equal((ProvisioningOutcome.Wrong, 3), (_desk.Run() is var folder ? folder.Outcome : default, folder.ExitCode));
    }

    /// <summary>F3: full or read-only. The key stays where it is, and so do the former file and its journal.</summary>
    [Fact]
    public void A_box_that_cannot_store_leaves_the_file_on_the_card_and_the_former_one_in_force()
    {
        Directory.Delete(_desk.Data);
        _desk.Put(_desk.Enrolled());
        Assert.Equal((ProvisioningOutcome.DataUnwritable, 1), (_desk.Run() is var bare ? bare.Outcome : default, bare.ExitCode));
        Assert.Contains("PRIVATE", File.ReadAllText(_desk.CardStation), StringComparison.Ordinal);

        Directory.CreateDirectory(_desk.Data);
        var former = _desk.InForce();
        _desk.WriteJournal(ProvisioningDesk.Post);
        _desk.Put(_desk.Enrolled(ProvisioningDesk.OtherPost));
        // In the way of the file that is written first.
        Directory.CreateDirectory(_desk.DataStation + DurableFiles.NewSuffix);
        Assert.Equal((ProvisioningOutcome.DataUnwritable, 3), (_desk.Run() is var armed ? armed.Outcome : default, armed.ExitCode));
        Assert.Equal(former, File.ReadAllBytes(_desk.DataStation));
        Assert.True(File.Exists(_desk.JournalPath));
        Assert.Contains("KOTAK TETAP BEKERJA", _desk.Error, StringComparison.Ordinal);
    }

    /// <summary>The reader takes relative paths from the folder of station.json, which for the one on the card is the box's.</summary>
    [Fact]
    public void A_board_profile_beside_the_file_in_force_is_found_from_the_card()
    {
        File.Copy(Path.Combine(BoardFiles.Boards, "reference-a.json"), Path.Combine(_desk.Data, "cabinet.json"));
        var root = _desk.Enrolled();
        root["board"] = new JsonObject { ["profile"] = "cabinet.json" };
        _desk.Put(root);
        Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        Assert.Equal(ProvisioningOutcome.Unchanged, _desk.Run().Outcome);
    }

    [Fact]
    public void The_environment_has_no_say_in_what_the_card_brings()
    {
        const string Name = "CALL112_STATION__KIND";
        Environment.SetEnvironmentVariable(Name, "NoKind");
        try
        {
            _desk.Put(_desk.Enrolled());
            Assert.Equal(ProvisioningOutcome.Provisioned, _desk.Run().Outcome);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "link")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int Link(
        [System.Runtime.InteropServices.MarshalAs(System.Runtime.InteropServices.UnmanagedType.LPUTF8Str)] string from,
        [System.Runtime.InteropServices.MarshalAs(System.Runtime.InteropServices.UnmanagedType.LPUTF8Str)] string to);
}
