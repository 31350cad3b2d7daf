namespace Call112.Gateway.Tests.Updates;

/// <summary>What the image does with a bundle that was laid ready: its shell scripts, against played tools (decision 0024; F1, F19).</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly ScriptDesk _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_bundle_is_installed_and_what_names_it_is_gone_before_the_restart_is_asked_for()
    {
        _box.LayReady();
        Assert.Equal(0, _box.Install());
        Assert.Equal(("B", $"{ScriptDesk.Sha256} {ScriptDesk.Version}", false), (_box.Trial, _box.TrialBundle, _box.HasNext));
        Assert.Equal(
            $"rauc install {_box.In($"data/update/{ScriptDesk.Sha256}.raucb")}",
            Assert.Single(_box.Calls, call => call.StartsWith("rauc", StringComparison.Ordinal)));
        Assert.Equal("systemctl reboot", _box.Calls[^1]);
        Assert.Equal("1.2.0: installed, and on trial from the next start on", _box.Said);
    }

    [Fact]
    public void A_system_that_proves_itself_runs_and_nothing_is_left_of_its_bundle()
    {
        _box.LayReady();
        _box.Install();
        _box.Boot("B");
        Assert.Equal(0, _box.Confirm());
        Assert.Equal("1.2.0: runs", _box.Said);
        Assert.Equal(((string?)null, null, false, false), (_box.Trial, _box.TrialBundle, _box.HasBundle, _box.HasNext));
        Assert.Empty(_box.Refused);
        Assert.Contains("rauc status mark-good booted", _box.Calls);
    }

    [Fact]
    public void A_system_that_does_not_prove_itself_falls_back_and_its_bundle_is_not_taken_again()
    {
        _box.LayReady();
        _box.Install();
        _box.Boot("B");
        _box.Set("unproved");
        Assert.Equal(1, _box.Confirm());
        Assert.Equal("systemctl reboot", _box.Calls[^1]);
        _box.Boot("A");
        Assert.Equal(0, _box.Confirm());
        Assert.Equal("1.2.0: given up: it did not prove itself", _box.Said);
        Assert.Equal([ScriptDesk.Sha256], _box.Refused);
        Assert.Equal(((string?)null, null, false), (_box.Trial, _box.TrialBundle, _box.HasBundle));

        _box.LayReady();
        var calls = _box.Calls.Length;
        Assert.Equal(0, _box.Install());
        Assert.Equal(calls, _box.Calls.Length);
        Assert.Equal("1.2.0: given up: it was refused, or did not prove itself, before", _box.Said);
        Assert.False(_box.HasNext);
    }

    [Fact]
    public void A_bundle_that_RAUC_does_not_take_is_given_up_with_its_own_words()
    {
        _box.LayReady();
        _box.Set("forged");
        Assert.Equal(0, _box.Install());
        Assert.Equal($"1.2.0: given up: {ScriptDesk.NotTaken}", _box.Said);
        Assert.Equal([ScriptDesk.Sha256], _box.Refused);
        Assert.Equal(((string?)null, null, false, false), (_box.Trial, _box.TrialBundle, _box.HasNext, _box.HasBundle));
        Assert.DoesNotContain("systemctl reboot", _box.Calls);
    }

    [Fact]
    public void A_RAUC_that_does_not_answer_says_nothing_about_the_bundle()
    {
        _box.LayReady();
        _box.Set("silent");
        Assert.Equal(1, _box.Install());
        Assert.Empty(_box.Refused);
        Assert.True(_box.HasNext && _box.HasBundle);
        _box.Clear("silent");
        Assert.Equal(0, _box.Install());
        Assert.Equal("systemctl reboot", _box.Calls[^1]);
    }

    [Fact]
    public void A_bundle_that_fails_does_not_take_the_trial_from_another_that_waits_for_its_restart()
    {
        _box.LayReady();
        _box.Install();
        Assert.Equal(3, _box.Update(_box.In("nothing")));
        Assert.Equal(("B", $"{ScriptDesk.Sha256} {ScriptDesk.Version}"), (_box.Trial, _box.TrialBundle));
        // And none is left behind where there was none: a system that has long proved itself must start without conditions.
        _box.Boot("B");
        _box.Confirm();
        Assert.Equal(3, _box.Update(_box.In("nothing")));
        Assert.Null(_box.Trial);
    }

    [Fact]
    public void A_newer_bundle_that_was_laid_ready_while_this_one_was_written_is_not_lost()
    {
        var newer = new string('c', 64);
        _box.LayReady($"{newer}.raucb\n1.3.0\n");
        Assert.Equal(0, _box.Update(_box.In($"data/update/{ScriptDesk.Sha256}.raucb"), ScriptDesk.Sha256, ScriptDesk.Version));
        Assert.True(_box.HasNext);
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_left_alone_and_asked_for_again_later()
    {
        Directory.CreateDirectory(_box.In("data/update/next"));
        Assert.Equal(1, _box.Install());
        Assert.Empty(_box.Calls);
        Directory.Delete(_box.In("data/update/next"));
        Assert.Equal(0, _box.Install());
    }

    [Fact]
    public void What_the_old_system_could_not_do_is_known_before_the_new_one_is_judged()
    {
        _box.LayReady();
        _box.Install();
        Assert.Contains(_box.Calls, call => call.StartsWith("call112-gateway await reading --self-test", StringComparison.Ordinal));
    }

    [Fact]
    public void As_long_as_an_alert_is_open_nothing_is_installed_and_it_is_tried_again()
    {
        _box.LayReady();
        _box.Set("alert");
        Assert.Equal(1, _box.Install());
        Assert.Equal("1.2.0: not installed yet: 1 alerts are open", _box.Said);
        Assert.DoesNotContain(_box.Calls, call => call.StartsWith("rauc", StringComparison.Ordinal));
        Assert.True(_box.HasNext && _box.HasBundle);
        Assert.Empty(_box.Refused);
        _box.Clear("alert");
        Assert.Equal(0, _box.Install());
        Assert.Equal("systemctl reboot", _box.Calls[^1]);
    }

    /// <summary>F1: the trial is written down before the first byte of the system; the bundle has failed nothing.</summary>
    [Fact]
    public void A_bundle_whose_writing_was_cut_off_is_installed_again()
    {
        _box.LayReady();
        File.WriteAllText(_box.In("data/rauc/trial"), "B\n");
        Assert.Equal(0, _box.Confirm());
        Assert.Null(_box.Trial);
        Assert.Empty(_box.Refused);
        Assert.Equal(0, _box.Install());
        Assert.Equal("systemctl reboot", _box.Calls[^1]);
    }

    /// <summary>F1: a cut between the two files that hand the bundle over to its trial.</summary>
    [Theory]
    [InlineData("A", "1.2.0: given up: it did not prove itself")]
    [InlineData("B", "1.2.0: runs")]
    public void A_bundle_that_is_on_trial_already_is_not_installed_again(string boots, string said)
    {
        _box.LayReady();
        _box.Install();
        _box.LayReady();
        var calls = _box.Calls.Length;
        Assert.Equal(0, _box.Install());
        Assert.Equal((calls, false), (_box.Calls.Length, _box.HasNext));

        _box.LayReady();
        _box.Boot(boots);
        Assert.Equal(0, _box.Confirm());
        Assert.Equal((said, false), (_box.Said, _box.HasNext));
    }

    [Theory]
    [InlineData("../../etc/passwd\n1.2.0\n")]
    [InlineData("x.raucb\n1.2.0\n")]
    [InlineData("OTHER.raucb\n1.2.0\n")]
    [InlineData("SHA.raucb\n$(reboot)\n")]
    [InlineData("SHA.raucb\n1.2.0 3\n")]
    [InlineData("SHA\n1.2.0\n")]
    [InlineData("\n")]
    [InlineData("")]
    public void What_names_no_bundle_is_taken_away_and_nothing_is_done(string next)
    {
        var other = new string('b', 64);
        _box.LayReady(next.Replace("SHA", ScriptDesk.Sha256, StringComparison.Ordinal).Replace("OTHER", other, StringComparison.Ordinal));
        Assert.Equal(0, _box.Install());
        Assert.Equal(("what was laid ready is no bundle", false), (_box.Said, _box.HasNext));
        Assert.Empty(_box.Calls);
    }

    /// <summary>The folder belongs to the user of a service with a network; root must not write where that user points.</summary>
    [Fact]
    public void A_link_in_the_folder_leads_root_nowhere()
    {
        var secret = _box.In("secret");
        File.WriteAllText(secret, "as it was");
        foreach (var name in new[] { "said", "refused" })
            File.CreateSymbolicLink(_box.In($"data/update/{name}"), secret);
        _box.LayReady();
        _box.Set("forged");
        Assert.Equal(0, _box.Install());
        Assert.Equal("as it was", File.ReadAllText(secret));
        Assert.Equal([ScriptDesk.Sha256], _box.Refused);
    }

    [Fact]
    public void A_bundle_that_somebody_installs_by_hand_is_no_offer_and_ends_an_earlier_one()
    {
        _box.LayReady();
        _box.Install();
        Assert.Equal(0, _box.Update(_box.In($"data/update/{ScriptDesk.Sha256}.raucb")));
        Assert.Equal(("B", (string?)null), (_box.Trial, _box.TrialBundle));
        _box.Boot("A");
        Assert.Equal(0, _box.Confirm());
        Assert.Empty(_box.Refused);
        Assert.Equal(2, _box.Update("one", "two"));
        Assert.Equal(3, _box.Update(_box.In("nothing")));
    }
}
