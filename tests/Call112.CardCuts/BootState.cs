using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Call112.CardCuts;

/// <summary>The one sector that says which system starts (deploy-pi/image/boot.cmd), in the format of U-Boot's environment.</summary>
/// <param name="First">The system that U-Boot takes next: A or B.</param>
internal readonly record struct BootState(char First)
{
    /// <summary>Null when its checksum does not fit: U-Boot then takes A.</summary>
    public static BootState? Read(string partition)
    {
        var sector = new byte[BlockLog.SectorBytes];
        using (var file = File.OpenRead(partition))
            file.ReadExactly(sector);
        if (BinaryPrimitives.ReadUInt32LittleEndian(sector) != Crc32.HashToUInt32(sector.AsSpan(4)))
            return null;
        var words = Encoding.ASCII.GetString(sector, 4, sector.Length - 4).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('=', 2)).Where(word => word.Length == 2).ToDictionary(word => word[0], word => word[1]);
        var order = words.GetValueOrDefault("BOOT_ORDER", "A B").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // With no attempt left in either, both get theirs back and the first of the order starts.
        var first = order.FirstOrDefault(name => words.GetValueOrDefault($"BOOT_{name}_LEFT", "3") != "0") ?? order[0];
        return new BootState(first[0]);
    }
}
