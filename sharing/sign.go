package sharing

import (
	"encoding/hex"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
)

// How a sign looks. It is all that is looked at: what it names is asked of nobody.
var (
	signMail   = regexp.MustCompile(`^[^\s@"<>]+@[^\s@"<>]+\.[^\s@"<>.]+$`)
	signURL    = regexp.MustCompile(`^(?i:https?|ftp|ftps|ldap|ldaps|rmi|dns|smb|ssh|tcp|udp)://[^\s]+$`)
	signDomain = regexp.MustCompile(`^(?:\*\.)?(?:[\pL\pN_](?:[\pL\pN_-]{0,61}[\pL\pN])?\.)+[\pL](?:[\pL\pN-]{0,61}[\pL\pN])$`)
	signHeader = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*: .+$`)
	signSTIX   = regexp.MustCompile(`^\[[a-z0-9-]+:.+\]`)
	signAgent  = regexp.MustCompile(`^(?i:user-agent:\s*)(.+)$`)
)

// fileEndings are those that no top-level domain is meant by, where a name could be
// either.
var fileEndings = strings.Fields(".exe .dll .sys .jar .war .class .zip .rar .7z .gz .tgz .bat .cmd .ps1 .vbs .js .hta .lnk .iso .img .msi .doc .docx .docm .xls .xlsx .xlsm .pdf .rtf .php .asp .aspx .jsp .py .pl .elf .bin .so .dat .tmp .log .txt .xml .json .yaml .yml .html .htm .apk .dmg .scr")

var hashTypes = map[int]string{32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}

// refanged undoes what people do to a sign so that nobody clicks on it.
var refanged = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "[:]", ":", "[://]", "://", "[@]", "@", "[at]", "@", "[/]", "/")

// DetectSign tells the type of a sign from its form, and the sign as it is kept.
func DetectSign(text string) (kind, value string) {
	value = strings.TrimSpace(text)
	if m := signAgent.FindStringSubmatch(value); m != nil {
		return "user-agent", m[1]
	}
	switch {
	case strings.Contains(value, "${"):
		return "payload", value
	case signSTIX.MatchString(value):
		return "stix-pattern", value
	case strings.HasPrefix(value, "rule ") && strings.Contains(value, "{"):
		return "yara", value
	}
	plain := refanged.Replace(value)
	if len(plain) >= 4 && strings.EqualFold(plain[:4], "hxxp") {
		plain = "http" + plain[4:]
	}
	if kind := hashTypes[len(plain)]; kind != "" {
		if _, err := hex.DecodeString(plain); err == nil {
			return kind, plain
		}
	}
	addr, err := netip.ParseAddr(plain)
	if p, perr := netip.ParsePrefix(plain); perr == nil {
		addr, err = p.Addr(), nil
	}
	switch {
	case err == nil && addr.Zone() == "" && addr.Is4():
		return "ipv4", plain
	case err == nil && addr.Zone() == "":
		return "ipv6", plain
	case signURL.MatchString(plain):
		return "url", plain
	case signMail.MatchString(plain):
		return "email", plain
	case slices.Contains(fileEndings, strings.ToLower(path.Ext(plain))) && !strings.Contains(value, " "):
		return "file-name", value
	case signDomain.MatchString(plain):
		return "domain", plain
	case signHeader.MatchString(value):
		return "http-header", value
	case strings.HasPrefix(value, "Mozilla/"):
		return "user-agent", value
	case !strings.Contains(value, " ") && (strings.Contains(value, `\`) || strings.HasPrefix(value, "/")):
		return "file-name", value
	}
	return "other", value
}

// Defang writes a sign so that no program and nobody makes a link of it: what
// names a place on a network, and what holds such a name.
func Defang(kind, value string) string {
	switch kind {
	case "ipv4", "ipv6", "domain", "url", "email":
		value = schemes.ReplaceAllStringFunc(value, func(m string) string {
			name, _, _ := strings.Cut(m, "://")
			switch strings.ToLower(name) {
			case "http", "https":
				name = "hxxp" + name[4:]
			}
			return name + "[://]"
		})
		value = strings.ReplaceAll(strings.ReplaceAll(value, ".", "[.]"), "@", "[@]")
		if kind == "ipv6" {
			value = strings.ReplaceAll(value, ":", "[:]")
		}
		return value
	}
	return schemes.ReplaceAllString(value, "$1[://]")
}

var schemes = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]{1,20})://`)
