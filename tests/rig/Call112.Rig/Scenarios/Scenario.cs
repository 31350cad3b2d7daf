using Call112.Rig.Stations;

namespace Call112.Rig.Scenarios;

/// <summary>Something that a cabinet goes through.</summary>
/// <param name="Covers">Field failures, F1 … F21.</param>
/// <param name="Alone">It measures or plays times of some milliseconds: nothing else may have the processor.</param>
/// <param name="Run">Adds to the findings; an exception is a failure of the scenario, never of the rig.</param>
internal sealed record Scenario(string Name, string Title, IReadOnlyList<string> Covers, bool Alone, Func<Bench, Findings, Task> Run)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        // The first of all: what it shows is gone once the kernel has random numbers.
        new("no-randomness", "a dispatch sounds while the kernel has no random numbers yet", [], true, FirstMinute.NoRandomnessAsync),
        new("dispatch", "dispatch: siren within two ticks; TERIMA: silent two ticks after the contact settled", [], true, Alerts.DispatchAsync),
        new("idle", "a station at rest: processor and wake-ups of the sampler", [], true, Rest.IdleAsync),
        new("second-alert", "a second alert sounds anew; one press acknowledges both", [], true, Alerts.SecondAlertAsync),
        new("start-stop", "start and stop drive no output", ["F11"], true, Deaths.StartStopAsync),
        new("stop", "SIGTERM while the siren sounds", ["F11"], true, Deaths.StopAsync),
        new("kill", "kill -9 while the siren sounds, then the alert sounds on", ["F11"], true, Deaths.KillAsync),
        new("watchdog", "kill -STOP while the siren sounds; a watchdog ends it", ["F11", "F17"], true, Deaths.WatchdogAsync),
        new("held-line", "a line that another program holds stops the start", [], true, Faults.HeldLineAsync),
        new("read-back", "a siren that does not follow, and one that sticks", [], true, Faults.ReadBackAsync),
        new("stop-storm", "SIGSTOP and SIGCONT over and over: buttons work", ["F12"], true, Buttons.StopStormAsync),
        new("child-storm", "processes start and end, SIGCHLD rains: buttons work", ["F12"], true, Buttons.ChildStormAsync),
        new("presses", "presses with recorded bounce: none missed, none doubled", ["F12"], true, Buttons.PressesAsync),
        new("spikes", "spikes of 5 ms are no presses", ["F12"], true, Buttons.SpikesAsync),
        new("held-at-boot", "a button held at boot is no press", ["F12"], false, Buttons.HeldAtBootAsync),
        new("stuck", "a stuck button is reported, ignored, and counts again", ["F12"], false, Faults.StuckAsync),
        new("panic-cut", "the panic loop is cut", [], true, Faults.PanicCutAsync),
        new("siren-limits", "the siren keeps its limits (set short)", [], false, Alerts.SirenLimitsAsync),
    ];
}
