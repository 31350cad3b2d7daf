using System.Globalization;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// The Pi's own lamp, which is there without any cabinet: the kernel's trigger <c>timer</c> blinks it, without a living process
/// (Documentation/leds/leds-class.rst). A lamp that cannot be driven is no reason for anything.
/// </summary>
internal sealed class ProblemLamp(string folder)
{
    /// <summary>The activity lamp of a Raspberry Pi; at rest it shows the card's activity.</summary>
    public const string Usual = "/sys/class/leds/ACT";

    private string? _former;

    /// <summary>
    /// How long the lamp is on and off, ms. Four that an eye tells apart: slow, there is no file; fast, a file is wrong; one flash every two
    /// seconds, a copied card; nearly always on, the card is at fault.
    /// </summary>
    public static (int On, int Off) PatternOf(string? outcome) => outcome switch
    {
        nameof(ProvisioningOutcome.Wrong) or nameof(ProvisioningOutcome.Spoiled) => (150, 150),
        nameof(ProvisioningOutcome.Cloned) => (100, 1900),
        nameof(ProvisioningOutcome.CardUnreadable) or nameof(ProvisioningOutcome.DataUnwritable) => (1900, 100),
        _ => (1000, 1000),
    };

    /// <returns>Null, or why it does not blink.</returns>
    public string? Blink(string? outcome)
    {
        try
        {
            _former ??= Chosen(File.ReadAllText(In("trigger")));
            Write("trigger", "timer");
            var (on, off) = PatternOf(outcome);
            // The two files are there from the moment that the trigger is chosen.
            Write("delay_on", on.ToString(CultureInfo.InvariantCulture));
            Write("delay_off", off.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return e.Message;
        }
    }

    /// <summary>Gives the lamp back to what had it.</summary>
    public void Rest()
    {
        if (_former is null)
            return;
        try
        {
            Write("trigger", _former);
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            // It blinks on, and the next boot finds it as it was made.
        }
    }

    /// <summary>Of "none [mmc0] timer" the one in brackets.</summary>
    private static string Chosen(string triggers)
    {
        var (from, to) = (triggers.IndexOf('[', StringComparison.Ordinal), triggers.IndexOf(']', StringComparison.Ordinal));
        return from >= 0 && to > from ? triggers[(from + 1)..to] : "none";
    }

    /// <summary>Files of sysfs are written in one call, and neither made nor cut.</summary>
    private void Write(string name, string value)
    {
        using var file = new FileStream(In(name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }

    private string In(string name) => Path.Combine(folder, name);
}
