using Call112.Gateway.Provisioning;

namespace Call112.Gateway.Updates;

/// <summary>The card's image, as far as the service knows it.</summary>
internal static class MachineImage
{
    /// <summary>Written when the image is made; not there where the service is a package on another system.</summary>
    public const string VersionFile = "/etc/call112/image-version";

    /// <summary>Its version, or null.</summary>
    public static string? Version(string file = VersionFile)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } version ? version : null;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            return null;
        }
    }
}
